import { begin } from './begin';
import { declined } from './declined';
import { refuse } from './refuse';
import { state } from './state';

/** What was last said by the defaults of Google's Consent Mode, by its updates, and by TCF. */
const words: unknown[] = [];

/**
 * A consent manager says yes or no. An answer that denies outweighs all others. Of several defaults, too: they may be
 * for other regions. But a default is no answer of the visitor's: where it denies, we wait on. Nor does a manager's yes
 * undo what the visitor has revoked here.
 */
export const hear = (who: number, yes: boolean): void => {
  words[who] = yes && (who || words[0] !== false);
  if (words.includes(false, 1)) refuse();
  else if (state.paused && words.some((word) => word) && !declined()) begin();
};
