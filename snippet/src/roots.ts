import type { Root } from './root';

/** What we attend to so far. */
export const roots = new Set<Root>();
