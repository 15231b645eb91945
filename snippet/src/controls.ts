import { own } from './own';

/** All controls of a form, those outside of it (form="...") included. */
export const controls = (form: Element): HTMLInputElement[] => [...own(form, 'elements')];
