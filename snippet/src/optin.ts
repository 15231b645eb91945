import { deliver } from './deliver';
import { earning } from './earning';
import { hold } from './hold';
import { later } from './later';
import { owe } from './official';
import type { Person } from './person';
import { report } from './report';
import { state } from './state';
import { ticket } from './ticket';
import { told } from './told';
import { uuid7 } from './uuid7';

/**
 * Reports that a person opted in, once for each form and e-mail: scripts often stop a submit, check, and then submit
 * again by themselves. Another e-mail on the same form is another opt-in, with an id of its own.
 */
export const optin = (form: object, person: Person, id?: string, action?: string, via = 'form'): void => {
  const mine = ticket(form);
  if (!person.email || mine.email === person.email) return;
  if (CONSENT ? later(() => optin(form, person, id, action, via)) : state.paused) return;
  if (mine.email) mine.id = uuid7();
  mine.email = person.email;
  const key = report({
    id: mine.id,
    type: 'optin',
    touch: earning(),
    person: told(person),
    form: { id, action },
    via,
  });
  owe(key, person);
  if (!CLAIMS || !hold(form, key)) deliver([key]);
};
