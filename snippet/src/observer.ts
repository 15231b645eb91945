import { look } from './look';
import { own } from './own';
import { quiet } from './quiet';
import { within } from './within';

/**
 * Sees what comes into every root, and leaves it for later: the forms in which something has changed, and all elements
 * that were added. Not asked is what an element is: a node may come from another document, and a form may hide it.
 */
export const observer = /* @__PURE__ */ new MutationObserver(
  /* @__PURE__ */ quiet((changes) => {
    for (const { target, addedNodes } of changes) {
      const nodes = addedNodes as NodeListOf<Element>;
      look([quiet(within)(target as Element, 'form') ?? (target as Element), ...nodes]);
      for (const node of nodes) if (node.firstElementChild) look(own(node, 'querySelectorAll').call(node, '*'));
    }
  }),
);
