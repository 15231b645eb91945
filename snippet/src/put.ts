import { quiet } from './quiet';
import { state } from './state';

/** Writes an entry to localStorage. Once that is full, or refuses, entries last as long as the page. */
export const put = (key: string, text: string): string => {
  if (!quiet(() => (state.store[key] = text))()) state.store = { [key]: text };
  return key;
};
