import { earning } from './earning';
import { state } from './state';
import type { Touch } from './touch';

/** The touch that earns, or another, if it is young enough for that and the visitor consents. */
export const due = (touch: Touch | undefined = earning()): Touch | undefined =>
  !state.paused && touch && touch.at > Date.now() - WINDOW ? touch : undefined;
