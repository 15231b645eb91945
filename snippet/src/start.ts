import { begin } from './begin';
import { declined } from './declined';
import { follow } from './follow';
import { state } from './state';

/** Begins at once, or once the visitor consents: until then what happens is held in memory. */
export const start = (): void => {
  state.paused = CONSENT !== 'wait' || [];
  if (CONSENT !== 'wait' && declined()) return;
  if (!CONSENT) begin();
  if (CONSENT === 'follow') {
    state.paused = [];
    follow();
  }
};
