import { bare } from './bare';
import { controls } from './controls';
import { fill } from './fill';
import { leftAlone } from './leftAlone';
import { optin } from './optin';
import { own } from './own';
import { personOf } from './personOf';
import { quiet } from './quiet';
import { ticket } from './ticket';
import { within } from './within';

/** A form is on its way: reports the opt-in, then puts our fields right, with the id of that opt-in. */
export const submitted = (form: Element, fields?: HTMLInputElement[]): void => {
  quiet(() => {
    if (leftAlone(form) || within(form, ':invalid') === form) return;
    const person = personOf(fields ?? controls(form));
    ticket(form).due = !person.email;
    optin(form, person, own(form, 'id') || own(form, 'name'), bare(own(form, 'action')));
  })();
  if (FIELD_AFFILIATE || FIELD_ID) fill(form);
};
