import { capture } from './capture';
import { declined } from './declined';
import { deliver } from './deliver';
import { refill } from './refill';
import { refuse } from './refuse';
import { state } from './state';
import { waiting } from './waiting';

/** Takes up what this visit brought, at its start or once the visitor consents, and sends what waits. */
export const begin = (): void => {
  if (declined()) refuse();
  state.paused = false;
  capture();
  deliver(waiting());
  if (CONSENT)
    state.later?.splice(0).forEach((act) => {
      act();
    });
  refill();
};
