import { cookies } from './cookies';
import { state } from './state';

/** All that may be our cookie's value. Where the browser refuses cookies, localStorage holds it under the same name. */
export const values = (): string[] => [...cookies(COOKIE), state.store[COOKIE]];
