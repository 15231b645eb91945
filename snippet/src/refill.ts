import { attend } from './attend';
import { decorate } from './decorate';
import { followers } from './followers';
import { quiet } from './quiet';
import { roots } from './roots';
import { round } from './round';

/** Puts every form right at once, after something changed that all of them show, and tells who else shows it. */
export const refill = (): void => {
  if (FIELD_AFFILIATE || FIELD_ID) {
    roots.forEach(attend);
    round(Infinity);
  }
  if (FRAME_URLS) decorate();
  if (FOLLOWED) followers.forEach((follow) => quiet(follow)());
};
