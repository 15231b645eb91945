import { controls } from '../controls';
import { personOf } from '../personOf';
import { inert } from './inert';

/** Whether the script would find an e-mail in a form: a copy of it is filled in, and given to the script's own eyes. */
export const asksForEmail = (form: Element): boolean => {
  const copy = inert.importNode(form, true);
  copy.removeAttribute('id');
  const outside = controls(form).filter((control) => !form.contains(control) && !control.closest('[data-tributary=off]'));
  for (const control of outside) {
    const twin = inert.importNode(control, true);
    twin.removeAttribute('form');
    copy.append(twin);
  }
  for (const control of controls(copy)) if (/^(text|email|tel)$/.test(control.type)) control.value = 'test@example.com';
  return !!personOf(copy).email;
};
