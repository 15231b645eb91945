import { own } from './own';

/** The nearest element around a form, or the form itself. */
export const within = (form: Element, selector: string): Element | null => own(form, 'closest').call(form, selector);
