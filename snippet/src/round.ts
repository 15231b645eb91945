import { dueField } from './dueField';
import { look } from './look';
import { walk } from './walk';

let walking: ReturnType<typeof walk> | undefined;

/** Looks at what is unseen until the given time, and leaves the rest for later. */
export const round = (end: number): void => {
  const affiliate = dueField();
  walking ??= walk();
  while (!walking.next(affiliate).done) if (Date.now() > end) return look([]);
  walking = undefined;
};
