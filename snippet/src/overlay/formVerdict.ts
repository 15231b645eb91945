import { claimed } from '../claimed';
import { controls } from '../controls';
import { dueField } from '../dueField';
import { leftAlone } from '../leftAlone';
import { state } from '../state';
import { within } from '../within';
import { asksForEmail } from './asksForEmail';
import { collector } from './collector';
import type { Verdict } from './verdict';
import { whyLeftAlone } from './whyLeftAlone';

/** What becomes of an opt-in on a form of the page. */
export const formVerdict = (form: Element): Verdict => {
  if (leftAlone(form)) return { level: 'off', badge: 'left alone', text: whyLeftAlone(form) };
  if (!asksForEmail(form)) return noEmail(form);
  if (collector.says?.level === 'bad') return { ...collector.says, text: 'An opt-in here would not arrive.' };
  if (state.paused)
    return {
      level: 'look',
      badge: 'consent pending',
      text: 'Nothing is filled in or sent before the visitor consents.',
      todo: 'Consent as a visitor would; then this says what happens.',
    };
  return { level: 'ok', badge: 'ready', text: whenCounted(form) + filled(form) };
};

const noEmail = (form: Element): Verdict =>
  controls(form).some(({ localName }) => localName.includes('-'))
    ? {
        level: 'look',
        badge: 'ready?',
        text: 'No plain field asks for an e-mail. One of its elements is the page’s own, and is read as the form is sent.',
        todo: 'Try the form: below you see whether an opt-in was seen.',
      }
    : {
        level: 'look',
        badge: 'no e-mail',
        text: 'It asks for no e-mail, so no opt-in is seen here.',
        todo: 'If it should ask for one: give that field type="email", or autocomplete="email".',
      };

const whenCounted = (form: Element): string =>
  claimed.some((selector) => within(form, selector) === form)
    ? 'Counted when its form tool says that it succeeded.'
    : 'Counted when it is sent.';

/** What the form tool gets, as it stands in the form at this moment. */
const filled = (form: Element): string => {
  const names = [FIELD_AFFILIATE, FIELD_ID].filter((name) => name && controls(form).some((control) => control.name === name && control.value));
  if (names.length) return ` Its hidden fields are filled: ${names.join(', ')}.`;
  return dueField() ? ' Its hidden fields are filled as it is sent.' : '';
};
