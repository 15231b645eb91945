import { keep } from './keep';
import { refuse } from './refuse';

/**
 * The visitor's no, until a grant. A site that waits for the page's word begins each page without consent; elsewhere a
 * dash in place of our cookie tells the next page. It says nothing of the person, and is what they asked for.
 */
export const revoke = (): void => {
  refuse();
  if (CONSENT !== 'wait') keep('-');
};
