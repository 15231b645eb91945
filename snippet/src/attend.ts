import { attended } from './attended';
import { hearing } from './hearing';
import { look, observer } from './look';
import { quiet } from './quiet';
import type { Root } from './root';
import { unseen } from './unseen';
import { wrapSubmit } from './wrapSubmit';

/**
 * Attends to the forms of a page, of a frame or of a shadow root, if it is shown: a frame of another origin and a closed
 * root are not. Reports their opt-ins, and keeps our fields in them, as soon as the page has loaded and come to rest: a
 * foreign node that stands in a form before React hydrates it makes React throw the page's HTML away. A page that is
 * loading tells when it is done. A page that writes its frame anew, by document.open(), takes our listeners away with
 * everybody else's; what listens already does not listen twice.
 */
export const attend = /* @__PURE__ */ quiet((root: Root | null): void => {
  if (!root) return;
  // In the capture phase: before the page's own listeners, and out of reach of their stopPropagation. A form that is read
  // is heard of once more at the very end, as the page's scripts may add to what it holds. Of what is loaded into a
  // document its window is not told.
  const top = (root as Document).defaultView ?? root;
  for (const type of ['load', 'submit', 'formdata', 'click', 'focusin', 'pageshow']) top.addEventListener(type, hearing, true);
  root.addEventListener('load', hearing, true);
  top.addEventListener('formdata', hearing);
  // A shadow root has no view: an error that nobody hears of.
  if (!attended.has(root)) wrapSubmit((root as Document).defaultView as never);
  attended.add(root);
  root.querySelectorAll('iframe').forEach(({ contentDocument }) => attend(contentDocument));
  if ((FIELD_AFFILIATE || FIELD_ID) && (root.ownerDocument ?? root).readyState === 'complete') {
    observer.observe(root, { childList: true, subtree: true });
    root.childNodes.forEach((node) => unseen.add(node));
    look([]);
  }
});
