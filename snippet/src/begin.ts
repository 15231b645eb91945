import { capture } from './capture';
import { declined } from './declined';
import { deliver } from './deliver';
import { refill } from './refill';
import { refuse } from './refuse';
import { state } from './state';
import type { Held } from './state';
import { waiting } from './waiting';

/**
 * Takes up what this visit brought, at its start or once the visitor consents, and sends what waits. Where all was granted
 * before, nothing is sent: what is on its way would be sent a second time.
 */
export const begin = (): void => {
  if (declined()) refuse();
  const { paused } = state;
  if (paused) {
    state.paused = false;
    capture();
    deliver(waiting());
    if (CONSENT) (paused as Partial<Held>).forEach?.((act) => act());
  }
  refill();
};
