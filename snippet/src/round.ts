import { dueField } from './dueField';
import { look } from './look';
import { walk } from './walk';

let walking = /* @__PURE__ */ walk();

/** Looks at what is unseen until the given time, and leaves the rest for later. */
export const round = (end: number): void => {
  const affiliate = dueField();
  while (!walking.next(affiliate).done) if (Date.now() > end) return look([]);
  walking = walk();
};
