import { lead } from './lead';
import { state } from './state';

/**
 * The entries that the collector has not settled, the newest first. Each event is an entry of its own, so tabs never
 * write over each other. Two tabs may send the same one, and so may the next page, where the answer came too late for
 * this one to hear it: nobody can tell then whether it arrived. The collector knows events by their id.
 */
export const queue = (): string[] =>
  Object.keys(state.store)
    .filter((key) => key.includes(lead))
    .sort()
    .reverse();
