import { own } from './own';

/** All elements in another that a selector finds, in a form as well as anywhere: see own. */
export const inside = <E extends Element>(element: Element, selector: string): E[] => [
  ...own(element, 'querySelectorAll').call<Element, [string], NodeListOf<E>>(element, selector),
];
