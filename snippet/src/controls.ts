import { own } from './own';

/**
 * All controls of a form, those outside of it (form="...") included. The form's own list of them is asked only where
 * there are more than usual, or others: see own.
 */
export const controls = (form: Element): HTMLInputElement[] => {
  const inside = [
    ...own(form, 'querySelectorAll').call<Element, [string], Iterable<HTMLInputElement>>(
      form,
      'button,fieldset,input,select,textarea',
    ),
  ].filter((control) => control.form === form);
  return inside.length === own(form, 'length') ? inside : [...own(form, 'elements')];
};
