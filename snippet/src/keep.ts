import { put } from './put';
import { setCookie } from './setCookie';

/** Keeps a value as our cookie, or in localStorage where that is refused. */
export const keep = (value: string): void => {
  if (!setCookie(value, WINDOW / 1000)) put(COOKIE, value);
};
