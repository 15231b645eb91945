import { decorate } from './decorate';
import { frameUrls } from './frameUrls';
import { on } from './on';
import { quiet } from './quiet';
import { visits } from './visits';

/** Has the frames of a vendor carry values in their address: those on the page, and those that it adds or sends on. */
export const frameUrl = (vendor: (typeof frameUrls)[0]): void => {
  if (frameUrls.push(vendor) === 1) follow();
  decorate();
};

const follow = (): void => {
  const inside = () => document.activeElement as HTMLIFrameElement;
  document.querySelectorAll('iframe').forEach((frame) => visits.looked.set(frame, frame.src));
  ['blur', 'focus'].forEach((type) => on(type, () => visits.entered.add(inside())));
  new MutationObserver(quiet(decorate)).observe(document, { childList: true, subtree: true, attributeFilter: ['src'] });
};
