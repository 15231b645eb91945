import { fieldsOf } from '../fieldsOf';
import { frameUrl } from '../frameUrl';
import { on } from '../on';
import { optin } from '../optin';
import { personIn } from '../personIn';
import { senderOf } from '../senderOf';

interface Told {
  event: string;
  payload: { formId: string; fields: { type: string; answer?: { value?: unknown; raw?: unknown } }[] };
}

const host = /(^|\.)tally\.so$/;

/** Tally takes hidden fields out of the query, and tells of a success by a message, with what was filled in. */
export const tally = (): void => {
  frameUrl({ host, mark: '?', values: fieldsOf });
  on('message', (message: MessageEvent<string>) => {
    const frame = senderOf(message, host);
    const { event, payload } = JSON.parse(message.data) as Told;
    if (!frame || event !== 'Tally.FormSubmitted') return;
    const answers = payload.fields.map(({ type, answer }) => [type, answer?.raw ?? answer?.value] as const);
    optin(frame, personIn(answers), payload.formId, undefined, 'message');
  });
};
