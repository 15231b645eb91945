import { kept } from './kept';
import { state } from './state';

/** The visitor and their touches as one text, for another page of the site: see adopt. Undefined without a touch, and in a test. */
export const handed = (): string | undefined => {
  const { visitor, first, latest } = kept();
  return first && latest && !state.paused && !TEST
    ? [visitor, [first, latest].map(({ kind, affiliate, at }) => [kind, affiliate, at])].join()
    : undefined;
};
