import { beforeSubmit } from './beforeSubmit';
import { dueField } from './dueField';
import { on } from './on';
import { optin } from './optin';
import { personIn } from './personIn';
import { senderOf } from './senderOf';
import { settleTry } from './settleTry';
import { typeIn } from './typeIn';

interface Told {
  type: string;
  eventName: string;
  id: string;
  data: { submissionValues: Record<string, unknown> };
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

/** The old embed posts messages to the page: its own script does, or the frame that it has made. */
export const oldHubSpot = (): void => {
  beforeSubmit(prefill);
  on('message', (message: MessageEvent<Told>) => {
    const { type, eventName, id, data } = message.data;
    if (type !== 'hsFormCallback' || (message.origin !== location.origin && !senderOf(message, hosts))) return;
    prefill();
    const won = eventName === 'onFormSubmitted';
    if ((won || eventName.includes('Failed')) && !settleTry(won, `[id^="hsForm_${id}"]`) && won)
      optin(hosts, personIn(Object.entries(data.submissionValues)), id, undefined, 'message');
  });
};
