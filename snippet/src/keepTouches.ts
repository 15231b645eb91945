import { quiet } from './quiet';
import { setCookie } from './setCookie';
import { state } from './state';
import type { Touches } from './touches';

/** Keeps touches for this visitor: in our cookie, or where that is refused as long as the page lasts. */
export const keepTouches = (held: Touches): void => {
  if (!quiet(setCookie)(btoa(JSON.stringify(held)), WINDOW / 1000)) state.held = held;
};
