import { fill } from './fill';
import { on } from './on';
import { plant } from './plant';
import { quiet } from './quiet';
import type { Root } from './root';
import { roots } from './roots';
import { submitted } from './submitted';
import { wrapSubmit } from './wrapSubmit';

/** Attends to the forms of a page, of a frame or of a shadow root: reports their opt-ins, fills in our fields. */
export const attach = (root: Root): void => {
  if (roots.has(root)) return;
  roots.add(root);
  const view = (root as Document).defaultView;
  on(view ?? root, 'submit', ({ target }: Event) => {
    submitted(target as Element);
  });
  if (view) quiet(wrapSubmit)(view.HTMLFormElement);
  if (FIELD_AFFILIATE || FIELD_ID) {
    on(view ?? root, 'formdata', ({ target, formData }: FormDataEvent) => {
      fill([target as Element], formData);
    });
    plant(root);
  }
};
