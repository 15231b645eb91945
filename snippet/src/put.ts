import { quiet } from './quiet';
import { state } from './state';

/** Writes an entry to localStorage. Once that is full, or refuses, entries last as long as the page. */
export const put = (key: string, text: string): string => {
  const write = () => (state.store[key] = text);
  if (!quiet(write)()) {
    state.store = {};
    write();
  }
  return key;
};
