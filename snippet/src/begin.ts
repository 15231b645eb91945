import { capture } from './capture';
import { deliver } from './deliver';
import { refill } from './refill';
import { state } from './state';
import { waiting } from './waiting';

/** Takes up what this visit brought, at its start or once the visitor consents, and sends what waits. */
export const begin = (): void => {
  state.paused = false;
  capture();
  deliver(waiting());
  refill();
};
