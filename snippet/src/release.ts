import { claims } from './claims';
import { deliver } from './deliver';
import { state } from './state';

/** Sends what is held, by default all of it. What has left the queue was sent by another tab, or is revoked. */
export const release = (tries = claims.tries): void => {
  claims.tries = claims.tries.filter((one) => !tries.includes(one));
  deliver(tries.map(({ key }) => key).filter((key) => state.store[key]));
};
