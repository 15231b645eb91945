import { fill } from './fill';
import { quiet } from './quiet';
import { within } from './within';

/** Fills the forms that come later, each once for a batch of changes. Only what was added is looked at. */
export const watch = (root: Node): void => {
  new MutationObserver(
    quiet((changes) => {
      const added = changes.flatMap((change) => [...change.addedNodes] as Element[]);
      fill(new Set(added.flatMap(formsAt)));
    }),
  ).observe(root, { childList: true, subtree: true });
};

/** The forms that an added node brings or has come into. Not instanceof: a node may come from another document. */
const formsAt = (node: Element): Element | Element[] =>
  node.nodeType === 1 ? (within(node, 'form') ?? [...node.querySelectorAll('form')]) : [];
