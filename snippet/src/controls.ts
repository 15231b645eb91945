import { own } from './own';

/**
 * All controls of a form, those outside of it (form="...") included. The form's own list of them is asked where it must
 * be alone: see own.
 */
export const controls = (form: Element): HTMLInputElement[] => {
  const inside = [
    ...own(form, 'querySelectorAll').call<Element, [string], Iterable<HTMLInputElement>>(
      form,
      'button,fieldset,input:not([type=image]),object,output,select,textarea',
    ),
  ].filter((control) => control.form === form);
  return inside.length === own(form, 'length') ? inside : [...own(form, 'elements')];
};
