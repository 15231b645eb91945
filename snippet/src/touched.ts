import { own } from './own';
import { quiet } from './quiet';
import { within } from './within';

/**
 * The forms in which something has changed, and all elements that were added. A change stands beside others of the same
 * place, mostly. Not asked is what an element is: a node may come from another document, and a form may hide what it is.
 */
export function* touched(changes: MutationRecord[]): Iterable<Element> {
  let last: Node | undefined;
  for (const { target, addedNodes } of changes) {
    const form = target !== last && quiet(within)(target as Element, 'form');
    if (form) yield form;
    last = target;
    for (const node of addedNodes as NodeListOf<Element>) {
      yield node;
      if (node.firstElementChild) yield* own(node, 'querySelectorAll').call(node, '*');
    }
  }
}
