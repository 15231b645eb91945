import { claim } from '../claim';
import { newHubSpot } from '../newHubSpot';
import { oldHubSpot } from '../oldHubSpot';

/** HubSpot's forms: the old embed, in the page or in a frame, and the new. */
export const hubspot = (): void => {
  claim('form[id^=hsForm_],.hs-form-html form');
  oldHubSpot();
  newHubSpot();
};
