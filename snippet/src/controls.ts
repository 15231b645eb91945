import { inside } from './inside';
import { own } from './own';

/**
 * All controls of a form, those outside of it (form="...") included. The form's own list of them is asked only where
 * there are more than usual, or others: see own.
 */
export const controls = (form: Element): HTMLInputElement[] => {
  const usual = inside<HTMLInputElement>(form, 'button,input,select,textarea').filter((control) => control.form === form);
  return usual.length === own(form, 'length') ? usual : [...own(form, 'elements')];
};
