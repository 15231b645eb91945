import { put } from './put';
import { state } from './state';

/** The entry of localStorage that remembers of whom we have told. Not an event's, so not under their lead. */
export const met = `${COOKIE}.${SITE}`;

/**
 * Whether this browser has told of a person before; from now on it has. Only a short hash is kept, which many addresses
 * share: it recognises who is asked for, and gives no address away.
 */
export const metBefore = (email: string): boolean => {
  let hash = 0;
  for (const letter of email.toLowerCase()) hash = (hash * 31 + letter.charCodeAt(0)) % 1e9;
  const known = state.store[met] ?? '';
  const mark = ` ${hash} `;
  return known.includes(mark) || (!TEST && !put(met, known.slice(-300) + mark));
};
