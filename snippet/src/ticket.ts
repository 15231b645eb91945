import { uuid7 } from './uuid7';

interface Ticket {
  id: string;
  /** The e-mail that it was reported with. */
  email?: string | undefined;
  /** It was submitted, but no e-mail was found in its controls. */
  due?: boolean | undefined;
  /** The inputs that we made for the form, by name. */
  inputs: Partial<Record<string, HTMLInputElement>>;
}

const tickets = new WeakMap<object, Ticket>();

/** The opt-in that a form stands for. */
export const ticket = (form: object): Ticket => {
  const found = tickets.get(form) ?? { id: uuid7(), inputs: {} };
  tickets.set(form, found);
  return found;
};
