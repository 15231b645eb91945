import { decorated } from './decorated';
import { quiet } from './quiet';
import { reload } from './reload';
import { visits } from './visits';

const done = new WeakSet<Element>();

/**
 * Puts our values into the addresses of vendors' frames, of each once. A new address loads a frame anew, so one that the
 * visitor has been in is left alone, unless the page itself has just sent it elsewhere. What is on its way has to be
 * waited for: Chromium now and then drops the new address of such a frame.
 */
export const decorate = (frames: Iterable<HTMLIFrameElement>, hasLoaded = true): void => {
  for (const frame of frames) {
    const isOld = visits.looked.get(frame) === frame.src;
    if (done.has(frame) || (isOld && (visits.entered.has(frame) || frame === document.activeElement))) continue;
    visits.looked.set(frame, frame.src);
    const address = quiet(decorated)(frame);
    if (!address) continue;
    done.add(frame);
    reload(frame, address, hasLoaded);
  }
};
