type Own = Pick<
  HTMLFormElement,
  'id' | 'length' | 'nodeType' | 'localName' | 'append' | 'closest' | 'querySelectorAll'
> & {
  name: string;
  action: string;
  elements: Iterable<HTMLInputElement>;
};

/**
 * A form's own property. Through the prototype, as a control with the name "elements" or "closest" hides the form's own,
 * and as Chromium looks for such a control in a list that it then keeps for each form, and goes through all these lists
 * whenever the page changes. What is no form at all throws, with what is of forms alone: a "submit" event may come from
 * anything.
 */
export const own = <K extends keyof Own>(form: Node, name: K): Own[K] =>
  Reflect.get(HTMLFormElement.prototype, name, form) as Own[K];
