import { claims } from './claims';
import { drop } from './drop';
import { own } from './own';
import { release } from './release';
import { state } from './state';
import { submitted } from './submitted';
import { ticket } from './ticket';

/**
 * A tool tells how a submit ended: of the form that it names by element or id, else of the one that was sent last. We
 * may hear of success without having seen the submit: then the form may still show what was sent. And an earlier try
 * with a form that succeeds now must have failed without a word, or it would not have been sent again.
 */
export const settle = (won: boolean, named?: Element | string): void => {
  if (won && typeof named === 'object' && !ticket(named).email) submitted(named);
  const open = claims.tries.filter(({ key }) => state.store[key]);
  const last = open.filter(({ form }) => !named || isNamed(form, named)).pop();
  if (!last) return;
  if (won) {
    open.forEach(({ form, key }) => {
      if (key !== last.key && isNamed(form, last.form)) drop(key);
    });
    release([last]);
  } else {
    drop(last.key);
    ticket(last.form).email = undefined;
  }
};

/** By its id as well: a tool may have put a new element in the place of the old. */
const isNamed = (form: Element, name: Element | string): boolean =>
  form === name || own(form, 'id') === (typeof name === 'string' ? name : own(name, 'id') || name);
