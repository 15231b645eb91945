import { normalEmail } from './normalEmail';
import type { Person } from './person';
import { sha256 } from './sha256';

/** What is sent of a person, by the site's choice. */
export const told = (person: Person): Person | { email_hash: string } | undefined =>
  EMAIL === 'send'
    ? person
    : EMAIL === 'hash'
      ? { email_hash: sha256(normalEmail(person.email ?? '')) }
      : undefined;
