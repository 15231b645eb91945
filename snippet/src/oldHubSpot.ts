import { beforeSubmit } from './beforeSubmit';
import { claims } from './claims';
import { dueField } from './dueField';
import { on } from './on';
import { optin } from './optin';
import { own } from './own';
import { personIn } from './personIn';
import { senderOf } from './senderOf';
import { settle } from './settle';
import { typeIn } from './typeIn';

interface Told {
  type: string;
  eventName: string;
  id: string;
  data: { submissionValues?: Record<string, unknown> };
}

const hosts = /(^|\.)(hsforms|hubspot)\.(com|net)$/;
const typed = new WeakMap<Element, string>();

/** The form is made by React, which has to be told of a value. */
const prefill = (): void => {
  const affiliate = dueField();
  document
    .querySelectorAll<HTMLInputElement>(`form[id^=hsForm_] input[name="${FIELD_AFFILIATE}"]`)
    .forEach((input) => {
      if (!affiliate || typed.get(input) === affiliate) return;
      typed.set(input, affiliate);
      typeIn(input, affiliate);
    });
};

const ended = (won: boolean, { id, data }: Told): void => {
  const held = claims.tries.find(({ form }) => own(form, 'id').startsWith(`hsForm_${id}`));
  if (held) settle(won, held.form);
  else if (won) optin(hosts, personIn(Object.entries(data.submissionValues ?? {})), id, undefined, 'message');
};

/** The old embed posts messages to the page: its own script does, or the frame that it has made. */
export const oldHubSpot = (): void => {
  beforeSubmit(prefill);
  on(window, 'message', (message: MessageEvent<Told>) => {
    const { type, eventName } = message.data;
    if (type !== 'hsFormCallback' || (message.origin !== location.origin && !senderOf(message, hosts))) return;
    if (eventName === 'onFormReady') prefill();
    if (eventName === 'onFormSubmitted') ended(true, message.data);
    if (eventName === 'onFormFailedValidation') ended(false, message.data);
  });
};
