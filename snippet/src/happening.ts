import type { Person } from './person';
import type { Touch } from './touch';

/** What is particular to one event; report adds what all have in common. */
export interface Happening {
  id: string;
  type: 'click' | 'optin';
  touch: Touch | undefined;
  person?: Person | { email_hash: string } | undefined;
  form?: { id: string | undefined; action: string | undefined };
  via?: string | undefined;
}
