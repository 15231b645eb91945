import type { Touch } from './touch';

interface FrameUrl {
  host: RegExp;
  /** What leads the values in: ? for the query, # for the fragment. */
  mark: '?' | '#';
  /** The values to add for an opt-in with this id, beside those that are there. */
  values: (touch: Touch, id: string, there: URLSearchParams) => Record<string, string>;
}

/** The vendors whose frames take values out of their address. */
export const frameUrls: FrameUrl[] = [];
