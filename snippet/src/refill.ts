import { decorate } from './decorate';
import { fill } from './fill';
import { roots } from './roots';

/** Puts every form right, and the frames of form tools, after something changed that all of them show. */
export const refill = (): void => {
  if (FIELD_AFFILIATE || FIELD_ID)
    roots.forEach((root) => {
      fill(root.querySelectorAll('form'));
    });
  if (FRAME_URLS) decorate();
};
