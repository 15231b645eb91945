/** ok works, look may need something, bad loses opt-ins, off is none of our business. */
export type Level = 'ok' | 'look' | 'bad' | 'off';

/** What the overlay says of one form or frame. */
export interface Verdict {
  level: Level;
  /** In two or three words. */
  badge: string;
  text: string;
  /** The one thing to do. */
  todo?: string | undefined;
}
