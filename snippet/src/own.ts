type Own = Pick<Element, 'id' | 'append' | 'closest' | 'querySelector' | 'querySelectorAll'> & {
  name: string;
  action: string;
  elements: Iterable<HTMLInputElement>;
};

/**
 * A form's own property. Through the prototype, as a control with the name "elements" or "closest" hides the form's own.
 * What is no form at all throws: a "submit" event may come from anything.
 */
export const own = <K extends keyof Own>(form: Element, name: K): Own[K] =>
  Reflect.get(HTMLFormElement.prototype, name, form) as Own[K];
