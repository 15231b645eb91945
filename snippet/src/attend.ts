import { attended } from './attended';
import { enter } from './enter';
import { listen } from './listen';
import { look } from './look';
import { observer } from './observer';
import { quiet } from './quiet';
import type { Root } from './root';
import { wrapSubmit } from './wrapSubmit';

/**
 * Attends to the forms of a page, of a frame or of a shadow root: reports their opt-ins, and keeps our fields in them, as
 * soon as the page has loaded and come to rest: a foreign node that stands in a form before React hydrates it makes React
 * throw the page's HTML away. A page that is loading tells when it is done.
 */
export const attend = (root: Root): void => {
  if (!attended.has(root)) {
    attended.add(root);
    listen(root);
    // A shadow root has no view: an error that nobody hears of.
    quiet(wrapSubmit)((root as Document).defaultView as never);
  }
  root.querySelectorAll('iframe').forEach(enter);
  if ((FIELD_AFFILIATE || FIELD_ID) && (root.ownerDocument ?? root).readyState === 'complete') {
    observer.observe(root, { childList: true, subtree: true });
    look([{ target: root, addedNodes: root.childNodes }]);
  }
};
