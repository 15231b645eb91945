/** The frames that were looked at, with the address they had, and those that the visitor's focus has been in. */
export const visits = { looked: new WeakMap<Element, string>(), entered: new WeakSet<Element>() };
