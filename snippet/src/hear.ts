import { begin } from './begin';
import { declined } from './declined';
import { refuse } from './refuse';
import { state } from './state';

/** What was last said by TCF, by an update of Google's Consent Mode, and by its defaults. */
const words: (boolean | undefined)[] = [];

/**
 * A consent manager says yes or no. An answer that denies outweighs all others. Of several defaults, too: they may be
 * for other regions. But a default is no answer of the visitor's: where it denies, we wait on. Nor does a manager's yes
 * undo what the visitor has revoked here.
 */
export const hear = (who: number, yes: boolean): void => {
  words[who] = yes && (who < 2 || words[who] !== false);
  if (words.slice(0, 2).includes(false)) refuse();
  else if (state.paused && words.includes(true) && !declined()) begin();
};
