import { keepTouches } from './keepTouches';
import { kept } from './kept';
import { refill } from './refill';
import { state } from './state';
import type { Touch } from './touch';

/**
 * Takes over the visitor and the touches that another page of the site hands in, unless a newer touch is known here. It
 * is no click: the visit was counted where the touch was seen. The text may be of anybody's making.
 */
export const adopt = (text: string): void => {
  const mine = kept();
  const [visitor, ...rest] = text.split(',');
  const [first, latest] = [touch(rest), touch(rest.slice(3))];
  if (state.paused || !/^[\da-f-]{36}(,(id|code),(?!0,)[\w.~-]{1,64},\d{1,13}){2}$/.test(text)) return;
  // What is not known here is neither older nor newer than anything.
  if (latest.at > Date.now() || (mine.latest?.at as unknown as number) >= latest.at) return;
  keepTouches({ visitor, first: (mine.first?.at as unknown as number) < first.at ? mine.first : first, latest });
  refill();
};

const touch = ([kind, affiliate, at]: string[]) => ({ kind: kind as Touch['kind'], affiliate, at: +at });
