import { controls } from './controls';
import { fill } from './fill';
import { inside } from './inside';
import { state } from './state';
import { submitted } from './submitted';
import { ticket } from './ticket';

/**
 * A form is being read, by the browser that sends it or by a script. Where form.submit() cannot be heard this is all that
 * tells of it, unless a person is typing: then a script reads along. And it is the moment when custom elements tell what
 * they hold, which may be the e-mail that we did not find at submit.
 */
export const read = ({ target: form, formData, eventPhase }: FormDataEvent & { target: Element }): void => {
  const mine = ticket(form);
  if (mine.due) submitted(form, unheld(form, formData));
  else if (state.deaf && !inside(form, ':read-write:focus')[0]) submitted(form);
  // The last to hear of it is the last who could find an e-mail.
  if (eventPhase > 1) mine.due = false;
  if (FIELD_AFFILIATE || FIELD_ID) fill(form, undefined, formData);
};

/** What no plain control of a form holds, as if it stood in text fields. */
const unheld = (form: Element, data: FormData): HTMLInputElement[] =>
  [...data]
    .filter(([name]) => !controls(form).some((control) => control.name === name && !control.localName.includes('-')))
    .map(([name, value]) => Object.assign(document.createElement('input'), { name, value }));

