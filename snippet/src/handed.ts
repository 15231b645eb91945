import { kept } from './kept';
import { state } from './state';

/** The visitor and their touches as one text, for another page of the site: see adopt. Undefined without a touch, and in a test. */
export const handed = (): string | undefined => {
  const { visitor, first, latest } = kept();
  const touches = [first, latest].map((touch) => touch && [touch.kind, touch.affiliate, touch.at]);
  return latest && !state.paused && !TEST ? [visitor, touches].join() : undefined;
};
