import { decorated } from './decorated';
import { quiet } from './quiet';
import { visits } from './visits';

const done = new WeakSet<Element>();

/**
 * Puts our values into the addresses of vendors' frames, of each once. A new address loads a frame anew, so one that the
 * visitor has been in is left alone, unless the page itself has just sent it elsewhere.
 */
export const decorate = (): void => {
  for (const frame of document.querySelectorAll('iframe')) {
    const isIn = frame === document.activeElement;
    const isOld = visits.looked.get(frame) === frame.src;
    if (done.has(frame) || (isOld && (isIn || visits.entered.has(frame)))) continue;
    visits.looked.set(frame, frame.src);
    const address = quiet(decorated)(frame);
    if (!address) continue;
    done.add(frame);
    // Taken out for it, and put back. Otherwise, of a frame on its way, Chromium drops the new address now and then; of
    // one that has loaded, the visitor's way back leads to the old address first, and a fragment loads nothing.
    const { parentNode, nextSibling } = frame;
    frame.remove();
    frame.src = address;
    parentNode?.insertBefore(frame, nextSibling);
    if (isIn) frame.focus({ preventScroll: true });
  }
};
