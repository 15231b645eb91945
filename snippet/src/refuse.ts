import { drop } from './drop';
import { met } from './metBefore';
import { queue } from './queue';
import { refill } from './refill';
import { setCookie } from './setCookie';
import { state } from './state';
import { uuid7 } from './uuid7';

/** Erases what we keep in this browser, takes our fields out of the forms, forgets what waits for consent, and stops. */
export const refuse = (): void => {
  state.paused = true;
  setCookie('', 0);
  state.held = { visitor: uuid7() };
  drop(COOKIE);
  queue().forEach(drop);
  if (FOLLOWED) drop(met);
  refill();
};
