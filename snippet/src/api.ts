import { attach } from './attach';
import { begin } from './begin';
import { kept } from './kept';
import { optin } from './optin';
import type { Person } from './person';
import { quiet } from './quiet';
import { revoke } from './revoke';

/** What the page may ask of us, as window.tributary. None of it throws. */
export const api = {
  /**
   * The visitor, and the touches that are kept for them: { visitor, first, latest }. With http, the cookie was set by
   * HTTP and ends then; without, by this script.
   */
  touch: kept,

  /** Reports an opt-in that no form shows; form is a name for where it was made. */
  optin: quiet(({ form, via, ...person }: Person & { form?: string; via?: string }) => {
    optin(api, person, form, undefined, via);
  }),

  /** Attends to forms that cannot be seen from the page: in a shadow root, or in the document of a frame. */
  attach,

  consent: { grant: quiet(begin), revoke: quiet(revoke) },
};
