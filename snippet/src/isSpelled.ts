import { own } from './own';
import { spellings } from './spellings';

/** Whether a control has a name, or as the affiliate's field one that its form tool gives it. */
export const isSpelled = (form: Element, control: HTMLInputElement, name: string): boolean =>
  control.name === name ||
  (name === FIELD_AFFILIATE &&
    [control.name, `${own(form, 'id')} ${control.name}`].some((known) => spellings.includes(known.toLowerCase())));
