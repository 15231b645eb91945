import { look } from './look';
import { observer } from './observer';
import type { Root } from './root';

/**
 * Keeps our fields in the forms of a root, as soon as its page has loaded and come to rest: a foreign node that stands in
 * a form before React hydrates it makes React throw the page's HTML away. A page that is loading tells when it is done.
 */
export const plant = (root: Root): void => {
  if ((root.ownerDocument ?? root).readyState !== 'complete') return;
  observer.observe(root, { childList: true, subtree: true });
  look(root.querySelectorAll('*'));
};
