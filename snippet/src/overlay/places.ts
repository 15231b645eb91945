import type { Root } from '../root';
import { roots } from '../roots';

/** Everything that shows on the page, into open shadow roots and frames of the origin, as the script goes itself. */
function* elements(root: Root): Iterable<Element> {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* elements(element.shadowRoot);
    const inside = element.localName === 'iframe' && (element as HTMLIFrameElement).contentDocument;
    if (inside) yield* elements(inside);
  }
}

/** All of it without the overlay itself, and with the roots that the page has named by attach(). */
export const places = (mine: Element): Element[] => {
  const found = new Set([...roots, document].flatMap((root) => [...elements(root)]));
  return [...found].filter((element) => element.getRootNode() !== mine.shadowRoot && element !== mine);
};
