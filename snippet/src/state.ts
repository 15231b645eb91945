import type { Touches } from './touches';
import { uuid7 } from './uuid7';

interface State {
  /** Who has no touch gets no cookie: their opt-in carries an id that ends with the page. Also where cookies are refused. */
  held: Touches;
  /** Consent is revoked: nothing is kept, filled in or sent. */
  paused?: boolean;
  /** form.submit() cannot be heard. */
  deaf?: boolean;
}

/** What lasts as long as the page. */
export const state: State = { held: { visitor: uuid7() } };
