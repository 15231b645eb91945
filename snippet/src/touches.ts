import type { Touch } from './touch';

/** A visitor and the touches that are kept for them: both or none. */
export interface Touches {
  visitor: string;
  first?: Touch | undefined;
  latest?: Touch | undefined;
}
