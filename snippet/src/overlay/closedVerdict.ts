import { roots } from '../roots';
import type { Verdict } from './verdict';

/**
 * Whether an element seems to show what no script can look into: it is one of the page's own, takes room, and has
 * neither children nor an open shadow root. A browser tells no more of a closed one.
 */
const seemsClosed = (element: Element): boolean =>
  element.localName.includes('-') &&
  element.matches(':defined') &&
  !element.shadowRoot &&
  !element.firstElementChild &&
  !element.textContent.trim() &&
  (element as HTMLElement).offsetHeight > 20 &&
  ![...roots].some((root) => (root as Partial<ShadowRoot>).host === element);

export const closedVerdict = (element: Element): Verdict | undefined =>
  seemsClosed(element)
    ? {
        level: 'look',
        badge: 'closed shadow root',
        text: 'It seems to have a closed shadow root, which no script can look into.',
        todo: 'If there is a form in it: call tributary.attach(root) where the root is made, or tributary.optin({ email }) when it succeeds.',
      }
    : undefined;
