import { isSpelled } from './isSpelled';
import { own } from './own';
import { ticket } from './ticket';

const models: Partial<Record<string, HTMLInputElement>> = {};

/**
 * Makes one field of a form hold a value; an empty value takes our input away. A control of that name that the page has
 * is filled in place of ours. With data, the form is being read at this moment: there, too, ours comes last, even where
 * the form has controls outside of itself.
 */
export const field = (
  form: Element,
  controls: HTMLInputElement[],
  name: string,
  value: string | false,
  data?: FormData,
): void => {
  const { inputs } = ticket(form);
  // To copy an input is cheaper than to make a text field and turn it into a hidden one.
  models[name] ??= Object.assign(document.createElement('input'), { type: 'hidden', name });
  const mine = (inputs[name] ??= models[name].cloneNode() as HTMLInputElement);
  const theirs = controls.filter(
    (control) => (SPELLED ? isSpelled(form, control, name) : control.name === name) && control !== mine,
  );
  [mine, ...theirs].forEach((control) => {
    if (value && control.value !== value && fillable(control)) control.value = value;
  });
  if (!value || theirs[0]) return mine.remove();
  if (!mine.form) own(form, 'append').call(form, mine);
  data?.delete(name);
  data?.append(name, value);
};

/** A choice cannot hold any value, and what a person has typed in is theirs. */
const fillable = ({ type, value }: HTMLInputElement): boolean =>
  type === 'hidden' || (type.startsWith('text') && !value);
