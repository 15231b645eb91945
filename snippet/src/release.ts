import { deliver } from './deliver';
import { state } from './state';
import { tries } from './tries';

/** Sends what is held, by default all of it. What has left the queue was sent by another tab, or is revoked. */
export const release = (keys = [...tries.keys()]): void => {
  keys.forEach((key) => tries.delete(key));
  deliver(keys.filter((key) => state.store[key]));
};
