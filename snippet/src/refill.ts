import { attend } from './attend';
import { decorate } from './decorate';
import { roots } from './roots';
import { round } from './round';

/** Puts every form right at once, after something changed that all of them show. */
export const refill = (): void => {
  if (FIELD_AFFILIATE || FIELD_ID) {
    roots.forEach(attend);
    round(Infinity);
  }
  if (FRAME_URLS) decorate();
};
