import type { Touch } from './touch';

/** The touch, if there is one and it is young enough to earn. */
export const ifYoung = (touch?: Touch): Touch | undefined =>
  touch && touch.at > Date.now() - WINDOW ? touch : undefined;
