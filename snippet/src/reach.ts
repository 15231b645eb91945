import { attend } from './attend';
import { attended } from './attended';
import type { Root } from './root';

/**
 * The net for shadow roots that nobody told us of, such as one that a script gave to an old element: submit does not leave
 * them, but focus and click do. Who fills in a form sends at least one of the two before. What is closed is not shown.
 */
export const reach = (event: Event): void => {
  for (const node of event.composedPath() as Root[]) if (node.nodeType === 11 && !attended.has(node)) attend(node);
};
