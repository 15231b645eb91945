import type { Root } from './root';

/** Where everything that we attend to is found again: the page, and what it named by attach(). */
export const roots = new Set<Root>();
