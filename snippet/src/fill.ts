import { controls } from './controls';
import { earning } from './earning';
import { field } from './field';
import { ifYoung } from './ifYoung';
import { leftAlone } from './leftAlone';
import { quiet } from './quiet';
import { state } from './state';
import { ticket } from './ticket';

/**
 * Puts our fields into forms, or puts right what is there. The id goes in without a touch as well: opt-ins are reported
 * either way, and by the id a form tool's webhook is recognised as the one that was reported.
 */
export const fill = (forms: Iterable<Element>, data?: FormData): void => {
  const affiliate = ifYoung(earning())?.affiliate ?? '';
  for (const form of forms)
    quiet(() => {
      const all = controls(form);
      const off = state.paused || leftAlone(form);
      if (FIELD_AFFILIATE) field(form, all, FIELD_AFFILIATE, off ? '' : affiliate, data);
      if (FIELD_ID) field(form, all, FIELD_ID, off ? '' : ticket(form).id, data);
    })();
};
