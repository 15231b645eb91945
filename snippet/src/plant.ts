import { fill } from './fill';
import { on } from './on';
import { quiet } from './quiet';
import type { Root } from './root';
import { watch } from './watch';

/**
 * Keeps our fields in the forms of a root, as soon as the page has loaded and come to rest: a foreign node that stands
 * in a form before React hydrates it makes React throw the page's HTML away. Safari has no requestIdleCallback.
 */
export const plant = (root: Root): void => {
  const rest = () =>
    ((window as Partial<Window>).requestIdleCallback ?? setTimeout)(
      quiet(() => {
        fill(root.querySelectorAll('form'));
        watch(root);
      }),
    );
  if (document.readyState === 'complete') rest();
  else on(window, 'load', rest);
};
