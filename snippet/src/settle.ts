import { drop } from './drop';
import { own } from './own';
import { release } from './release';
import { state } from './state';
import { submitted } from './submitted';
import { ticket } from './ticket';
import { tries } from './tries';

/**
 * A tool tells how a submit ended: of the form that it names by element or id, else of the one that was sent last. We
 * may hear of success without having seen the submit: then the form may still show what was sent. And an earlier try
 * with a form that succeeds now must have failed without a word, or it would not have been sent again.
 */
export const settle = (won: boolean, named?: Element | string): void => {
  if (won && typeof named === 'object' && !ticket(named).email) submitted(named);
  const open = [...tries].filter(([key]) => state.store[key]);
  const last = open.filter(([, one]) => !named || isNamed(one, named)).pop();
  if (!last) return;
  const [key, form] = last;
  if (won) {
    open.forEach(([other, one]) => {
      if (other !== key && isNamed(one, form)) drop(other);
    });
    release([key]);
  } else {
    drop(key);
    ticket(form).email = undefined;
  }
};

/** By its id as well: a tool may have put a new element in the place of the old. */
const isNamed = (form: Element, name: Element | string): boolean =>
  form === name || own(form, 'id') === (typeof name === 'string' ? name : own(name, 'id') || name);
