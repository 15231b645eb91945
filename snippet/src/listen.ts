import { attend } from './attend';
import { attended } from './attended';
import { quiet } from './quiet';
import { read } from './read';
import type { Root } from './root';
import { submitted } from './submitted';

/**
 * Listens in the capture phase: before the page's own listeners, and out of reach of their stopPropagation. A form that
 * is read is heard of once more at the very end, as the page's scripts may add to what it holds. Of what is loaded into a
 * document its window is not told. To do all this twice is to do it once.
 */
export const listen = (root: Root): void => {
  const top = (root as Document).defaultView ?? root;
  for (const type of ['submit', 'formdata', 'focusin', 'click', 'load']) top.addEventListener(type, hearing, true);
  root.addEventListener('load', hearing, true);
  top.addEventListener('formdata', hearing);
};

/**
 * Focus and click are the net for shadow roots that nobody told us of, such as one that a script gave to an old element:
 * submit does not leave them, but those two do. Who fills in a form sends at least one of them before. What is closed is
 * not shown.
 */
const hearing = /* @__PURE__ */ quiet((event: Event): void => {
  const { type, target } = event;
  if (type === 'submit') submitted(target as Element);
  else if (type === 'formdata') read(event as FormDataEvent);
  else if (type !== 'load') {
    for (const node of event.composedPath() as Root[]) if (node.nodeType === 11 && !attended.has(node)) attend(node);
  }
  // A window tells of its own document.
  else attend((target as Node).nodeType === 9 ? (target as Document) : (target as HTMLIFrameElement).contentDocument);
});
