import { own } from './own';
import { spellings } from './spellings';

/** Whether a control has a name, or as the affiliate's field one that its form tool gives it. */
export const isSpelled = (form: Element, control: HTMLInputElement, name: string): boolean => {
  const isKnown = (spelling: string): boolean => spellings.includes(spelling.toLowerCase());
  return (
    control.name === name ||
    (name === FIELD_AFFILIATE && (isKnown(control.name) || (FORM_FIELDS && isKnown(`${own(form, 'id')} ${control.name}`))))
  );
};
