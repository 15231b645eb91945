import { startProgram } from './program';
import type { Program } from './program';

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
  private program!: Program;

  async start(webinars: Webinar[]): Promise<void> {
    this.program = await startProgram('webinar', JSON.stringify(webinars) + '\n');
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }

  get host(): string {
    return `event.example.net:${this.program.port}`;
  }

  get origin(): string {
    return `http://${this.host}`;
  }

  async registrants(email: string): Promise<Registrant[]> {
    const answer = await fetch(`http://127.0.0.1:${this.program.port}/sandbox/state`);
    const { registrants } = (await answer.json()) as { registrants: Registrant[] };
    return registrants.filter((registrant) => registrant.email === email);
  }
}
