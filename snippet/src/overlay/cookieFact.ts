import { cookies } from '../cookies';
import { declined } from '../declined';
import { near } from '../near';
import { state } from '../state';
import { before } from './before';
import { day } from './day';
import type { Verdict } from './verdict';

const DAYS = Math.round(WINDOW / 864e5);

const safari = (): string =>
  near
    ? 'The collector is on this page’s own site: with the next click or opt-in it sets the cookie by HTTP, which Safari keeps, too.'
    : 'Serve the collector under a name of this site: then it sets the cookie by HTTP, which Safari keeps, too.';

/** Where the touch is kept, and how long it will really live. */
export const cookieFact = (): Verdict => {
  const { latest, http } = before;
  if (declined()) return { level: 'look', badge: 'revoked', text: 'You have revoked consent in this browser: nothing is kept.' };
  if (!navigator.cookieEnabled) return { level: 'bad', badge: 'refused', text: 'This browser takes no cookies here.' };
  if (!latest) return none();
  if (http) return { level: 'ok', badge: 'by HTTP', text: `${COOKIE} was set by HTTP and ends on ${day(http)}, in Safari, too.` };
  const ends = day(latest.at + WINDOW);
  if (cookies(COOKIE).length)
    return { level: 'look', badge: 'by script', text: `${COOKIE} was set by the script and ends on ${ends}; in Safari 7 days after the last visit.`, todo: safari() };
  return state.store[COOKIE]
    ? { level: 'look', badge: 'localStorage', text: `The browser refused the cookie, so localStorage keeps the touch until ${ends}; Safari empties it after 7 days without a visit.` }
    : none();
};

const none = (): Verdict => ({
  level: 'ok',
  badge: 'none yet',
  text: `No touch is kept, and a test keeps none. A real one would be kept for ${DAYS} days; in Safari for 7, unless it is set by HTTP.`,
  todo: safari(),
});
