import { dueField } from './dueField';
import { on } from './on';
import { optin } from './optin';
import { personIn } from './personIn';
import { quiet } from './quiet';
import { settleTry } from './settleTry';

interface Form {
  setFieldValue: (name: string, value: string) => void;
  getFormFieldValues: () => Promise<{ name: string; value: unknown }[]>;
}
interface Api {
  getFormFromEvent: (event: Event) => Form | undefined;
}
type Told = CustomEvent<{ formId: string }>;

const formOf = (event: Told): Form | undefined => {
  const { HubSpotFormsV4, HubspotFormsV4 = HubSpotFormsV4 } = window as { HubSpotFormsV4?: Api; HubspotFormsV4?: Api };
  return HubspotFormsV4?.getFormFromEvent(event);
};

/** The new embed has events, and an API through which alone its fields can be reached: 0-1 stands for a contact's. */
export const newHubSpot = (): void => {
  on('hs-form-event:on-ready', (event: Told) => {
    const affiliate = dueField();
    if (affiliate) formOf(event)?.setFieldValue(`0-1/${FIELD_AFFILIATE}`, affiliate);
  });
  on('hs-form-event:on-submission:success', (event: Told) => {
    const { formId } = event.detail;
    if (settleTry(true, `[data-form-id="${formId}"]`)) return;
    void formOf(event)
      ?.getFormFieldValues()
      .then((values) => optin(newHubSpot, personIn(values.map(({ name, value }) => [name, value])), formId))
      .catch(quiet);
  });
};
