import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { paths } from './paths';

export interface Program {
  /** The port that it serves on. */
  port: string;
  stop: () => Promise<void>;
}

/** Starts a server that support/build.ts has built. It prints its port, and ends when its standard input is closed. */
export const startProgram = async (name: string, input = ''): Promise<Program> => {
  const program = spawn(path.join(paths.built, name));
  program.stderr.pipe(process.stderr);
  program.stdin.write(input);
  const [line] = (await once(program.stdout, 'data')) as [Buffer];
  return {
    port: String(line).trim(),
    stop: async () => {
      program.stdin.end();
      await once(program, 'exit');
    },
  };
};
