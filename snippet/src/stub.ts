import type { api } from './api';

/** A call that the page records. */
type Call = (tributary: typeof api) => void;

/** window.tributary: ours, or what the page has made to record calls before we come. */
export type Stub = Partial<typeof api> & { q?: Call[] };

declare global {
  interface Window {
    tributary?: Stub;
  }
}
