import { normalEmail } from './normalEmail';
import type { Person } from './person';
import { sha256 } from './sha256';

/** What is sent of a person, by the site's choice. A function of this kind is left out where it has nothing to do. */
export function told(person: Person): Person | { email_hash: string } | undefined {
  return EMAIL === 'send'
    ? person
    : EMAIL === 'hash'
      ? { email_hash: sha256(normalEmail(person.email ?? '')) }
      : undefined;
}
