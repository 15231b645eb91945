import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { paths } from './paths';

interface Webinar {
  hash: string;
  thank_you?: string;
  send_info?: boolean;
  boxes?: { form?: string };
}

export interface Registrant {
  email: string;
  utm_term: string;
  utm_content: string;
}

/** The webinar vendor's double, internal/webinar/sandbox, as a program of its own. */
export class Vendor {
  private process!: ChildProcessWithoutNullStreams;
  private port = '';

  async start(webinars: Webinar[]): Promise<void> {
    this.process = spawn(path.join(paths.built, 'webinar'));
    this.process.stderr.pipe(process.stderr);
    this.process.stdin.write(JSON.stringify(webinars) + '\n');
    const [line] = (await once(this.process.stdout, 'data')) as [Buffer];
    this.port = String(line).trim();
  }

  async stop(): Promise<void> {
    this.process.stdin.end();
    await once(this.process, 'exit');
  }

  get host(): string {
    return `event.example.net:${this.port}`;
  }

  get origin(): string {
    return `http://${this.host}`;
  }

  async registrants(email: string): Promise<Registrant[]> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/sandbox/state`);
    const { registrants } = (await answer.json()) as { registrants: Registrant[] };
    return registrants.filter((registrant) => registrant.email === email);
  }
}
