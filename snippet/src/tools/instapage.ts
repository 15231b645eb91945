import { beforeSubmit } from '../beforeSubmit';
import { claim } from '../claim';
import { quiet } from '../quiet';
import { settle } from '../settle';
import { spell } from '../spell';

interface Slot {
  instapageFormSubmitSuccess?: (form: Element) => unknown;
}

/**
 * Pages of Instapage, which calls one function of the page after a form has arrived: ours is put around that. Names of
 * fields may be in base64.
 */
export const instapage = (): void => {
  const slot = window as Slot;
  let ours: Slot['instapageFormSubmitSuccess'];
  claim('form');
  spell(btoa(FIELD_AFFILIATE));
  beforeSubmit(() => {
    const theirs = slot.instapageFormSubmitSuccess;
    if (ours && theirs === ours) return;
    slot.instapageFormSubmitSuccess = ours = function (this: unknown, ...args) {
      quiet(settle)(true, ...args);
      return theirs?.apply(this, args);
    };
  });
};
