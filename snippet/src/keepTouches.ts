import { keep } from './keep';
import { state } from './state';
import type { Touches } from './touches';

/**
 * Keeps touches for this visitor; in a test, for this view alone. Only the collector knows when a cookie ends that it has
 * set: its word goes with it.
 */
export const keepTouches = (touches: Touches): void => {
  if (TEST) state.held = touches;
  else keep(btoa(JSON.stringify(touches)));
};
