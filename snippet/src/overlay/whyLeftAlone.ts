import { controls } from '../controls';
import { leftAlone } from '../leftAlone';
import { within } from '../within';
import { inert } from './inert';

/** Why the script leaves a form alone. Its own function is asked again for each field, in a form without any other. */
export const whyLeftAlone = (form: Element): string => {
  if (within(form, '[data-tributary=off]')) return 'It is marked data-tributary="off".';
  const cause = controls(form).find((control) => {
    const alone = inert.createElement('form');
    alone.append(inert.importNode(control));
    return leftAlone(alone);
  });
  return cause
    ? `It is for a password, a payment or a search, by its field “${cause.name || cause.id || cause.type}”.`
    : 'It is marked as a search.';
};
