import { drop } from './drop';
import { met } from './metBefore';
import { refill } from './refill';
import { setCookie } from './setCookie';
import { state } from './state';
import { uuid7 } from './uuid7';
import { queue } from './queue';

/** Erases what we keep in this browser, takes our fields out of the forms, and stops. Holds for this page. */
export const revoke = (): void => {
  state.paused = true;
  state.held = { visitor: uuid7() };
  setCookie('', 0);
  queue().forEach(drop);
  if (FOLLOWED) drop(met);
  refill();
};
