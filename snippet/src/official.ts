import { earning } from './earning';
import type { Person } from './person';
import { quiet } from './quiet';

const owed = new Map<string, Person>();

/** Notes whom the site's official Keap form is to hear of, once the opt-in with this key is settled. */
export function owe(key: string, person: Person): void {
  if (OFFICIAL_FORM && earning()) owed.set(key, person);
}

const names = [
  ['email', 'inf_field_Email'],
  ['first_name', 'inf_field_FirstName'],
  ['last_name', 'inf_field_LastName'],
  ['phone', 'inf_field_Phone1'],
] as const;

/**
 * Sends a person to the site's official Keap form, as that form itself would, so that Keap's own count of opt-ins may see
 * the cookie that Keap has in this browser. The answer is Keap's own page, which nobody reads; keepalive carries the
 * request through the navigation that follows a submit. Tried once: the opt-in itself does not depend on it.
 */
export const official = (key: string): void => {
  const person = owed.get(key);
  if (!OFFICIAL_FORM || !person) return;
  owed.delete(key);
  const body = new URLSearchParams(OFFICIAL_FORM.fields);
  for (const [of, name] of names) if (person[of]) body.set(name, person[of]);
  const { address } = OFFICIAL_FORM;
  void quiet(() => fetch(address, { method: 'POST', body, mode: 'no-cors', credentials: 'include', keepalive: true }))()?.catch(() => undefined);
};
