import { readFileSync } from 'node:fs';
import path from 'node:path';
import { siteKey } from './collector';
import type { Collector } from './collector';
import { paths } from './paths';
import { Server } from './server';

/** What a form tool received. */
export interface Received {
  method: string;
  path: string;
  fields: [name: string, value: string][];
}

const assets: Record<string, string> = {
  '/assets/react.js': path.join(paths.built, 'react.js'),
  '/assets/jquery.js': path.join(paths.modules, 'jquery/dist/jquery.js'),
};

/** The pages with a form tool's frame, alike but for its address. */
const frames: Partial<Record<string, string>> = {
  'tools/calendly': 'https://calendly.com/ann/call?utm_content=theirs',
  'tools/jotform': 'https://eu.jotform.com/123',
  'tools/keap-frame': 'https://app.infusionsoft.com/app/form/iframe/abc',
  'tools/tally': 'https://tally.so/embed/abc?alignLeft=1',
  'tools/typeform': 'https://form.typeform.com/to/abc?x=%20y#name=Ann%20Lee',
};

/** A customer's site: the pages of snippet/pages, under /vendor the form tool that they post to, and Keap's own form. */
export class Site extends Server {
  received: Received[] = [];
  /** Where the webinar vendor is, in tests that have one. */
  webinar = '';

  constructor(private readonly collector: Collector) {
    super((request) => this.respond(request));
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** The same pages under another name of this machine. */
  at(host: string): string {
    return `http://${host}:${this.port}`;
  }

  private async respond(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/vendor') || pathname.startsWith('/app/form/process/')) return this.receive(request);
    if (pathname === '/favicon.ico') return new Response(null, { status: 204 });
    const asset = assets[pathname];
    if (asset)
      return new Response(readFileSync(asset), { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
    return this.page(pathname.slice(1));
  }

  private async receive(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const fields = request.method === 'GET' ? searchParams : await request.formData();
    const plain = [...fields].map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : value.name,
    ]);
    this.received.push({ method: request.method, path: pathname, fields: plain });
    return html('<!doctype html><title>Thanks</title><p id="thanks">Thank you</p>');
  }

  /** A page may name the content security policy that it wants, which is a header here as it is in life. */
  page(name: string): Response {
    const frame = frames[name];
    const file = readFileSync(path.join(paths.pages, `${frame ? 'tools/frame' : name}.html`), 'utf8');
    const text = this.filled(file.replaceAll('{{frame}}', () => frame ?? ''));
    const policy = /<!-- policy: (.*) -->/.exec(text)?.[1];
    return html(text, policy ? { 'content-security-policy': policy } : {});
  }

  private filled(text: string): string {
    return text
      .replaceAll('{{collector}}', this.collector.origin)
      .replaceAll('{{webinar}}', this.webinar)
      .replaceAll('{{tag}}', `<script async src="${this.collector.origin}/s/${siteKey}.js"></script>`)
      .replaceAll('{{react}}', () => readFileSync(path.join(paths.built, 'react.html'), 'utf8'));
  }
}

const html = (text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8', ...headers } });
