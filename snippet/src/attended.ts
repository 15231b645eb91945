import type { Root } from './root';

/** What we listen to already. */
export const attended = new WeakSet<Root>();
