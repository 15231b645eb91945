import { attended } from './attended';
import { enter } from './enter';
import { listen } from './listen';
import { plant } from './plant';
import { quiet } from './quiet';
import type { Root } from './root';
import { wrapSubmit } from './wrapSubmit';

/** Attends to the forms of a page, of a frame or of a shadow root: reports their opt-ins, fills in our fields. */
export const attend = (root: Root): void => {
  if (!attended.has(root)) {
    attended.add(root);
    listen(root);
    // A shadow root has no view: an error that nobody hears of.
    quiet(wrapSubmit)((root as Document).defaultView as never);
  }
  root.querySelectorAll('iframe').forEach(enter);
  if (FIELD_AFFILIATE || FIELD_ID) plant(root);
};
