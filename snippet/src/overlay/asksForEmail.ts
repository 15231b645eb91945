import { controls } from '../controls';
import { personOf } from '../personOf';
import { inert } from './inert';

/** Copies what belongs to a form and stands outside of it: controls, and labels of controls that have an id. */
const copyOutside = (form: Element, copy: Element): void => {
  for (const control of controls(form)) {
    if (control.closest('[data-tributary=off]')) continue;
    if (!form.contains(control)) copy.append(inert.importNode(control, true));
    for (const { textContent } of [...(control.labels ?? [])].filter((label) => !form.contains(label)))
      copy.append(Object.assign(inert.createElement('label'), { htmlFor: control.id, textContent }));
  }
  copy.querySelectorAll('[form]').forEach((control) => control.removeAttribute('form'));
};

/** Whether the script would find an e-mail in a form: a copy of it is filled in, and given to the script's own eyes. */
export const asksForEmail = (form: Element): boolean => {
  const copy = inert.importNode(form, true);
  inert.body.replaceChildren(copy);
  copyOutside(form, copy);
  for (const control of controls(copy)) if (/^(text|email|tel)$/.test(control.type)) control.value = 'test@example.com';
  return !!personOf(controls(copy)).email;
};
