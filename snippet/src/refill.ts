import { fill } from './fill';
import { followers } from './followers';
import { quiet } from './quiet';
import { roots } from './roots';

/** Puts every form right, after something changed that all of them show, and tells who else shows it. */
export const refill = (): void => {
  if (FIELD_AFFILIATE || FIELD_ID)
    roots.forEach((root) => {
      fill(root.querySelectorAll('form'));
    });
  if (FOLLOWED) followers.forEach((follow) => quiet(follow)());
};
