import { quiet } from './quiet';
import type { Touches } from './touches';
import { uuid7 } from './uuid7';

/** What is to be done once consent is granted. */
export type Held = Pick<(() => void)[], 'push' | 'forEach'>;

interface State {
  /** Who has no touch gets no cookie: their opt-in carries an id that ends with the page. */
  held: Touches;
  /** localStorage, or an object that lasts as long as the page: see put. */
  store: Record<string, string>;
  /** Consent is refused, or not granted yet: nothing is kept, filled in or sent. Then this is what is to be done once it is. */
  paused?: boolean | Held;
  /** form.submit() cannot be heard. */
  deaf?: boolean;
}

/** What lasts as long as the page. */
export const state: State = { store: quiet(() => localStorage)() ?? {}, held: { visitor: uuid7() } };
