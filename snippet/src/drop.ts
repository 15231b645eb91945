import { store } from './store';

/** Takes an entry out of the queue. */
export const drop = (key: string): void => {
  delete store[key];
};
