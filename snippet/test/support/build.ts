import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from '@playwright/test';
import { build } from 'esbuild';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { App } from '../react/app';
import { paths } from './paths';

test('build the Go programs', () => {
  mkdirSync(paths.built, { recursive: true });
  for (const command of ['bundle', 'https', 'webinar'])
    execFileSync('go', ['build', '-o', path.join(paths.built, command), `./snippet/test/${command}`], {
      cwd: paths.root,
      stdio: 'inherit',
    });
});

test('build the React page', async () => {
  mkdirSync(paths.built, { recursive: true });
  writeFileSync(path.join(paths.built, 'react.html'), renderToString(createElement(App)));
  await build({
    entryPoints: [path.join(import.meta.dirname, '../react/hydrate.ts')],
    outfile: path.join(paths.built, 'react.js'),
    bundle: true,
    // React tells of a broken hydration in development only.
    define: { 'process.env.NODE_ENV': '"development"' },
  });
});
