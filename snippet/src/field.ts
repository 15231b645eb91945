import { isSpelled } from './isSpelled';
import { own } from './own';
import { ticket } from './ticket';

const models: Record<string, HTMLInputElement> = {};

/**
 * Makes one field of a form hold a value; an empty value takes our input away. A control of that name that the page has
 * is filled in place of ours. With data, the form is being read at this moment: there, too, ours comes last, even where
 * the form has controls outside of itself.
 */
export const field = (
  form: Element,
  controls: HTMLInputElement[],
  name: string,
  value: string,
  data?: FormData,
): void => {
  const { inputs } = ticket(form);
  const theirs = controls.filter(
    (control) => (SPELLED ? isSpelled(form, control, name) : control.name === name) && control !== inputs[name],
  );
  if (!value || theirs[0]) {
    inputs[name]?.remove();
    return theirs.forEach((control) => {
      if (value && control.value !== value && fillable(control)) control.value = value;
    });
  }
  const mine = (inputs[name] ??= copy(name));
  if (mine.value !== value) mine.value = value;
  if (!mine.form) own(form, 'append').call(form, mine);
  data?.delete(name);
  data?.append(name, value);
};

/** Copies of one input: to copy is cheaper than to make a text field and turn it into a hidden one. */
const copy = (name: string): HTMLInputElement =>
  (models[name] ??= Object.assign(document.createElement('input'), { type: 'hidden', name })).cloneNode() as HTMLInputElement;

/** A choice cannot hold any value, and what a person has typed in is theirs. */
const fillable = ({ type, value }: HTMLInputElement): boolean =>
  type === 'hidden' || (type.startsWith('text') && !value);
