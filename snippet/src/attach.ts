import { attend } from './attend';
import type { Root } from './root';
import { roots } from './roots';

/** Attends to a root that the page names, once, and again whenever all forms are put right. */
export const attach = (root: Root): void => {
  if (!roots.has(root)) attend(root);
  roots.add(root);
};
