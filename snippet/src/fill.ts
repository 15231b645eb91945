import { controls } from './controls';
import { dueField } from './dueField';
import { isSpelled } from './isSpelled';
import { leftAlone } from './leftAlone';
import { own } from './own';
import { quiet } from './quiet';
import { state } from './state';
import { ticket } from './ticket';

/**
 * Puts our fields into a form, or puts right what is there. The id goes in without a touch as well: opt-ins are reported
 * either way, and by the id a form tool's webhook is recognised as the one that was reported. With data, the form is being
 * read at this moment: there, too, ours come last, even where the form has controls outside of itself.
 */
export const fill = /* @__PURE__ */ quiet((form: Element, affiliate: string = dueField(), data?: FormData): void => {
  const all = controls(form);
  const { id, inputs } = ticket(form);
  const off: unknown = state.paused || leftAlone(form, all);
  /** An empty value takes our input away. A control of that name that the page has is filled in place of ours. */
  const field = (name: string, value: string): void => {
    const mine = (inputs[name] ??= Object.assign(document.createElement('input'), { type: 'hidden', name }));
    const theirs = all.filter((control) => (SPELLED ? isSpelled(form, control, name) : control.name === name) && control !== mine);
    if (off || !value) return mine.remove();
    // A choice cannot hold any value, and what a person has typed in is theirs.
    [mine, ...theirs]
      .filter((control) => control.value !== value && (control.type === 'hidden' || (control.type.includes('text') && !control.value)))
      .forEach((control) => (control.value = value));
    if (theirs[0]) return mine.remove();
    if (!mine.form) own(form, 'append').call(form, mine);
    data?.delete(name);
    data?.append(name, value);
  };
  if (FIELD_AFFILIATE) field(FIELD_AFFILIATE, affiliate);
  if (FIELD_ID) field(FIELD_ID, id);
});
