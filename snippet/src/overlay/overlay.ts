import { followers } from '../followers';
import { on } from '../on';
import { quiet } from '../quiet';
import { watchPolicy } from './blocked';
import { askCollector } from './collector';
import { make } from './make';
import { panel } from './panel';
import type { Panel } from './panel';
import { hearers } from './seen';
import { shell } from './shell';
import { hearTags } from './tagged';

/** Shows the panel or, once it is closed, a button that opens it again: what happens on the page is a test all along. */
const fold = (root: ShadowRoot, { element, close }: Panel): void => {
  const open = make('button', { type: 'button', class: 'open', hidden: '' }, 'Tributary test');
  root.append(element, open);
  const set = (isOpen: boolean): void => {
    element.hidden = !isOpen;
    open.hidden = isOpen;
    (isOpen ? element : open).focus({ preventScroll: true });
  };
  close.addEventListener('click', () => set(false));
  open.addEventListener('click', () => set(true));
  window.addEventListener('keydown', ({ key, defaultPrevented }) => {
    if (key === 'Escape' && !defaultPrevented && !element.hidden) set(false);
  });
  // Who is in a field of the page stays there.
  if (document.activeElement === document.body) set(true);
};

/** Draws once more after things have settled, however many ask for it. */
const soon = (draw: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout>;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(quiet(draw), 200);
  };
};

const start = (): void => {
  const root = shell();
  const shown = panel(root.host);
  const draw = soon(shown.draw);
  fold(root, shown);
  shown.draw();
  watchPolicy(draw);
  hearTags(draw);
  followers.push(draw);
  hearers.push(draw);
  on('load', draw);
  new MutationObserver(draw).observe(document, { childList: true, subtree: true, attributeFilter: ['src'] });
  void askCollector().then(draw);
};

/** Opens the panel of the owner who tries this page. */
export const overlay = (): void => {
  if (document.readyState === 'loading') on('DOMContentLoaded', start);
  else start();
};
