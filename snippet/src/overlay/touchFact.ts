import { cookies } from '../cookies';
import { due } from '../due';
import { earning } from '../earning';
import { query } from '../query';
import { state } from '../state';
import type { Touch } from '../touch';
import { touchFrom } from '../touchFrom';
import { before } from './before';
import { day } from './day';
import type { Verdict } from './verdict';

/** Where the touch that earns came from. */
const origin = (touch: Touch): string => {
  const kept = [before.latest, before.first].find((one) => one?.at === touch.at);
  if (kept) return `kept since ${day(kept.at)}`;
  const named = PARAMS.find(([name]) => query.get(name) === touch.affiliate);
  if (named) return `from ?${named[0]}= in this page’s address`;
  if (KEAP_COOKIES && ['is_aff', 'is_affcode'].some((name) => cookies(name)[0])) return 'taken over from Keap’s own cookie';
  return 'handed in by a page of yours';
};

const names = ({ kind, affiliate }: Touch): string => (kind === 'id' ? `affiliate ${affiliate}` : `the affiliate with the code ${affiliate}`);

/** Parameters that name nobody, which an owner may take for an affiliate. */
const empty = (): string[] => PARAMS.flatMap(([name]) => (query.has(name) && !touchFrom([[name, 'id']], (one) => query.get(one)) ? [name] : []));

/** Who would earn an opt-in on this page, and why. */
export const touchFact = (): Verdict => {
  const touch = earning();
  if (state.paused) return { level: 'look', badge: 'consent pending', text: 'No affiliate is kept before the visitor consents.' };
  if (touch && due())
    return { level: 'ok', badge: touch.affiliate, text: `An opt-in earns for ${names(touch)}: ${origin(touch)}.${unlike(touch)}` };
  if (touch) return { level: 'look', badge: 'too old', text: `The visit by ${names(touch)} of ${day(touch.at)} is too old to earn.` };
  const [odd] = empty();
  return {
    level: 'look',
    badge: 'none',
    text: odd ? `?${odd}=${query.get(odd) ?? ''} names nobody: it is not kept, and overwrites nothing.` : 'Nobody sent this visitor.',
    todo: `Open this page with ?${PARAMS[0]?.[0] ?? 'affiliate'}=…&tributary_test=1 to see an affiliate come in.`,
  };
};

/** What a real visit would have changed, and this one does not. */
const unlike = (touch: Touch): string => {
  const { latest } = before;
  if (!latest || latest.at === touch.at) return '';
  return ` Kept for you stays ${names(latest)}, of ${day(latest.at)}.`;
};
