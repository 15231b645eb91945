import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { paths } from './paths';
import { Server } from './server';

/** The settings of a site, as snippet/test/bundle reads them. Fields have Go's names. */
export interface Settings {
  cookie?: string;
  params?: { name: string; kind: 'id' | 'code' }[];
  affiliate_field?: string;
  id_field?: string;
  rule?: 'latest' | 'first';
  window?: number;
  email?: 'send' | 'hash' | 'none';
  consent?: '' | 'wait' | 'follow';
  events_path?: string;
  tools?: string[];
  tool_fields?: string[];
  utm_key?: string;
  webinar_hosts?: string[];
  frames?: boolean;
  origins?: string[];
  linked_domains?: string[];
  official_form?: { address: string; name: string; version: string };
}

interface Touch {
  affiliate: string;
  kind: string;
  at: number;
}

export interface Event {
  id: string;
  type: 'click' | 'optin';
  at: number;
  visitor: string;
  url: string;
  referrer?: string;
  touch?: Touch;
  first?: Touch;
  utm: Record<string, string>;
  person?: Record<string, string> | undefined;
  form?: { id?: string; action?: string };
  via?: string;
  test?: boolean;
}

export const siteKey = 'st_test';

/** Stands in for the collector: serves the real bundle, writes down what comes in, answers as it is told. */
export class Collector extends Server {
  settings: Settings = {};
  /** The status of its answers. What is not answered 202 is not written down. */
  status = 202;
  /** The body of its answers. */
  says = '{"results":[]}';
  /** The cookie that its answers set. */
  sets = '';
  /** The Cookie headers of what came in. */
  cookies: string[] = [];
  batches: Event[][] = [];
  private readonly scripts = new Map<string, string>();

  constructor() {
    super((request) => this.respond(request));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get events(): Event[] {
    return this.batches.flat();
  }

  of(type: Event['type']): Event[] {
    return this.events.filter((event) => event.type === type);
  }

  /** The site's script, or with "test" the one for pages that are tried. */
  script(...kind: 'test'[]): string {
    const input = JSON.stringify({ key: siteKey, ...this.settings });
    const name = input + kind.join();
    const known =
      this.scripts.get(name) ?? execFileSync(path.join(paths.built, 'bundle'), kind, { input, encoding: 'utf8' });
    this.scripts.set(name, known);
    return known;
  }

  async respond(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname.includes('/s/'))
      return new Response(pathname.endsWith('.test.js') ? this.script('test') : this.script(), {
        headers: { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' },
      });
    if (pathname.endsWith(this.settings.events_path ?? '/e')) return this.take(request);
    return new Response(null, {
      status: pathname === '/fence' ? 204 : 404,
      headers: { 'access-control-allow-origin': '*' },
    });
  }

  private async take(request: Request): Promise<Response> {
    this.cookies.push(request.headers.get('cookie') ?? '');
    const batch = JSON.parse(await request.text()) as { site: string; events: Event[] };
    if (this.status === 202 && batch.site === siteKey) this.batches.push(batch.events);
    return new Response(this.says, {
      status: this.status,
      headers: {
        'access-control-allow-origin': request.headers.get('origin') ?? '*',
        'access-control-allow-credentials': 'true',
        ...(this.sets && { 'set-cookie': this.sets }),
      },
    });
  }
}
