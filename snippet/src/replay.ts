import { api } from './api';
import { quiet } from './quiet';
import type { Stub } from './stub';

/**
 * Makes the calls that a page recorded before we came, and from now on those that it records as if we had not:
 *
 *     window.tributary = window.tributary || { q: [] };
 *     tributary.q.push(t => t.optin({ email: 'ann@example.com' }));
 */
export const replay = (q: NonNullable<Stub['q']>): void => {
  const run = (call: (typeof q)[0]): unknown => quiet(call)(api);
  q.forEach(run);
  q.push = run as never;
};
