import { attend } from './attend';
import type { Root } from './root';
import { roots } from './roots';

/** Attends to a root that the page names, now and whenever all forms are put right. */
export const attach = (root: Root): void => {
  roots.add(root);
  attend(root);
};
