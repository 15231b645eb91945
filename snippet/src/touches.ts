import type { Touch } from './touch';

/** A visitor and the touches that are kept for them: both or none. */
export interface Touches {
  visitor: string;
  first?: Touch | undefined;
  latest?: Touch | undefined;
  /** When the cookie ends, in ms, where the collector set it by HTTP. Safari ends what a script set after 7 days. */
  http?: number | undefined;
}
