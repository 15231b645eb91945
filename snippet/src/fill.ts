import { controls } from './controls';
import { dueField } from './dueField';
import { field } from './field';
import { leftAlone } from './leftAlone';
import { quiet } from './quiet';
import { state } from './state';
import { ticket } from './ticket';

/**
 * Puts our fields into a form, or puts right what is there. The id goes in without a touch as well: opt-ins are reported
 * either way, and by the id a form tool's webhook is recognised as the one that was reported.
 */
export const fill = /* @__PURE__ */ quiet((form: Element, affiliate: string = dueField(), data?: FormData): void => {
  const all = controls(form);
  const off: unknown = state.paused || leftAlone(form, all);
  if (FIELD_AFFILIATE) field(form, all, FIELD_AFFILIATE, !off && affiliate, data);
  if (FIELD_ID) field(form, all, FIELD_ID, !off && ticket(form).id, data);
});
