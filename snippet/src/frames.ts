import { adopt } from './adopt';
import { followers } from './followers';
import { handed } from './handed';
import { lead } from './lead';
import { on } from './on';

/*
 * The tag on a page and the same tag in a frame of it find each other by messages, in whichever order they load:
 *
 *   frame -> page   0     I am here: what do you know?      at its start, and when it hears 1
 *   page -> frame   1     I am here, or know something new  at its start, and when its touch changes
 *   page -> frame   text  the visitor and their touches     to a frame that asked
 *
 * Anybody may see the first two, which say nothing. Touches go to an origin of the site's list alone, and are taken from
 * such a one alone, and only from a page around. All are texts in quotation marks: a listener that is not made for them
 * reads them without an error, whether it expects a text or JSON.
 */
const say = (to: Window, what: number | string, origin = '*'): void => to.postMessage(`"${lead}${what}"`, origin);

const around: Window[] = [];
for (let view: Window = window; view !== view.parent; ) around.push((view = view.parent));

/** Speaks to all frames below a window, those in foreign frames included. */
const call = (view: Window): void => {
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- the window of a foreign frame is not iterable
  for (let i = 0; i < view.length; i++) {
    say(view[i], 1);
    call(view[i]);
  }
};

const hear = ({ data, origin, source }: MessageEvent<string> & { source: Window }): void => {
  const [before, what] = data.slice(1, -1).split(lead);
  // At 0 is what stands in the site's list; elsewhere is nothing.
  if (before || origin.search(ORIGINS)) return;
  const text = handed();
  if (what === '0') {
    if (text) say(source, text, origin);
  } else if (around.includes(source)) {
    if (what === '1') say(source, 0, origin);
    else adopt(what);
  }
};

/** Hands the touch on into frames with our tag, and takes it up from the page around. */
export const frames = (): void => {
  const talk = (): void => {
    around.forEach((view) => say(view, 0));
    call(window);
  };
  on('message', hear);
  followers.push(talk);
  talk();
};
