import { controls } from './controls';
import type { Person } from './person';
import { personOf } from './personOf';

/**
 * The person in what no plain control of a form holds: a custom element has put it in, or a script that listens as we do.
 * It is looked at as if it stood in text fields.
 */
export const personRead = (form: Element, data: FormData): Person => {
  const copy = document.createElement('form');
  const plain = controls(form).filter(({ localName }) => !localName.includes('-'));
  data.forEach((value, name) => {
    if (!plain.some((control) => control.name === name))
      copy.append(Object.assign(document.createElement('input'), { name, value }));
  });
  return personOf(copy);
};
