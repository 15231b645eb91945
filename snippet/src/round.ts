import { dueField } from './dueField';
import { walk } from './walk';

let walking: ReturnType<typeof walk> | undefined;

/** Looks at what is unseen until the given time, and says whether that was all. */
export const round = (end: number): boolean => {
  const affiliate = dueField();
  walking ??= walk();
  while (!walking.next(affiliate).done) if (Date.now() > end) return false;
  walking = undefined;
  return true;
};
