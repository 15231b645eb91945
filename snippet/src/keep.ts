import { put } from './put';
import { setCookie } from './setCookie';

/** Keeps a value as our cookie, or in localStorage where that is refused. */
export const keep = (value: string): void => {
  if (!setCookie(value, MAX_AGE)) put(COOKIE, value);
};
