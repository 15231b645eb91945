import { due } from './due';
import { keepTouches } from './keepTouches';
import { kept } from './kept';
import type { Touch } from './touch';

/**
 * Takes a new touch. The first stays; where it earns, the next oldest takes its place once it is too old for that. When
 * the cookie ends that the collector set by HTTP is no longer true of this one.
 */
export const remember = (latest: Touch): void => {
  const { visitor, first: oldest, latest: last } = kept();
  const first = (FIRST_EARNS ? [oldest, last].find((touch) => due(touch)) : oldest) ?? latest;
  keepTouches({ visitor, first, latest });
};
