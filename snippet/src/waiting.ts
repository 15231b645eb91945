import { drop } from './drop';
import { queue } from './queue';
import { quiet } from './quiet';
import { state } from './state';

/**
 * What of the queue goes into one request: the collector takes 16 KiB, and some letters are more than a byte. Given up
 * is what is over a week old, what is beyond the newest 50, and what something on the page has spoilt: that would take
 * the whole request down with it.
 */
export const waiting = (): string[] => {
  let room = 12e3;
  const isFresh = quiet((event: string) => (JSON.parse(event) as { at: number }).at > Date.now() - 605e6);
  return queue().filter((key, i) => (i < 50 && isFresh(state.store[key]) ? (room -= state.store[key].length) > 0 : drop(key)));
};
