import { keep } from './keep';
import type { Touches } from './touches';

/** Keeps touches for this visitor. Only the collector knows when a cookie ends that it has set: its word goes with it. */
export const keepTouches = (touches: Touches): void => {
  keep(btoa(JSON.stringify({ ...touches, http: undefined })));
};
