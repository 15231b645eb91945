import { decorated } from './decorated';
import { quiet } from './quiet';
import { reload } from './reload';
import { visits } from './visits';

const done = new WeakSet<Element>();

/**
 * Puts our values into the addresses of vendors' frames, of each once. A new address loads a frame anew, so one that the
 * visitor has been in is left alone, unless the page itself has just sent it elsewhere. With the changes that an
 * observer brings, what is found has not loaded yet.
 */
export const decorate = (changes?: unknown): void => {
  for (const frame of document.querySelectorAll('iframe')) {
    const isOld = visits.looked.get(frame) === frame.src;
    if (done.has(frame) || (isOld && (visits.entered.has(frame) || frame === document.activeElement))) continue;
    visits.looked.set(frame, frame.src);
    const address = quiet(decorated)(frame);
    if (!address) continue;
    done.add(frame);
    reload(frame, address, !changes);
  }
};
