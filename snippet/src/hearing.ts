import { attend } from './attend';
import { attended } from './attended';
import { quiet } from './quiet';
import { read } from './read';
import { refill } from './refill';
import type { Root } from './root';
import { submitted } from './submitted';

/**
 * Focus and click are the net for shadow roots that nobody told us of, such as one that a script gave to an old element:
 * submit does not leave them, but those two do. Who fills in a form sends at least one of them before. What is closed is
 * not shown.
 */
export const hearing = /* @__PURE__ */ quiet((event: Event): void => {
  const { type, target } = event;
  // A page that comes back as it was left: the touch may be another by now.
  if ((event as PageTransitionEvent).persisted) refill();
  else if (type === 'submit') submitted(target as Element);
  else if (type === 'formdata') read(event as FormDataEvent & { target: Element });
  // A window tells of its own document.
  else if (type === 'load') attend((target as Document).defaultView ? (target as Document) : (target as HTMLIFrameElement).contentDocument);
  else (event.composedPath() as Root[]).filter((node) => node.nodeType === 11 && !attended.has(node)).forEach(attend);
});
