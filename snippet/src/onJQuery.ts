import { beforeSubmit } from './beforeSubmit';
import { quiet } from './quiet';

type Hear = (type: string, target: Element | Document, id: unknown) => void;
type JQuery = (root: Document) => {
  on: (types: string, hear: (event: { type: string; target: Element }, id: unknown) => void) => void;
};

/** Listens to jQuery's own events, which only who binds through jQuery can hear, and through the same one. */
export const onJQuery = (types: string, hear: Hear): void => {
  let known: unknown;
  beforeSubmit(() => {
    const { jQuery } = window as { jQuery?: JQuery };
    if (!jQuery || jQuery === known) return;
    known = jQuery;
    jQuery(document).on(
      types,
      quiet(({ type, target }, id) => hear(type, target, id)),
    );
  });
};
