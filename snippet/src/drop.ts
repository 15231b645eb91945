import { state } from './state';

/** Takes an entry out of the queue. */
export const drop = (key: string): void => {
  delete state.store[key];
};
