import { fill } from './fill';
import { roots } from './roots';

/** Puts every form right, after something changed that all of them show. */
export const refill = (): void => {
  if (FIELD_AFFILIATE || FIELD_ID)
    roots.forEach((root) => {
      fill(root.querySelectorAll('form'));
    });
};
