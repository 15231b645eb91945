import { inside } from './inside';
import { own } from './own';
import { quiet } from './quiet';
import { within } from './within';

/** A node in which something has changed, and what came into it. */
export type Change = Pick<MutationRecord, 'target'> & { addedNodes: Iterable<Node> };

/** The elements that we have yet to look at, each once, however much has changed in it. */
export const unseen = new Set<Element>();

/**
 * Notes what there is to look at in what has changed: the form that it is in, and all that came. Not asked is what an
 * element is: a node may come from another document, and a form may hide it.
 */
export const note = ({ target, addedNodes }: Change): void => {
  const form = quiet(within)(target as Element, 'form');
  if (form) unseen.add(form);
  for (const node of addedNodes as Iterable<Element>)
    if (own(node, 'nodeType') === 1) for (const element of [node, ...inside(node, '*')]) unseen.add(element);
};
