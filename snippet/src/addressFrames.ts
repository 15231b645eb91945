import { followers } from './followers';
import { on } from './on';
import { quiet } from './quiet';
import { ticket } from './ticket';
import { withUTM } from './withUTM';

/**
 * Gives EverWebinar's frames an address that carries the touch, each when it has loaded. That loads it once more, and
 * would empty its form: so it is done once, and never when the visitor has been in the form. replace leaves no entry in
 * the history, which would be a way back that leads nowhere; the frame's src stays.
 */
export const addressFrames = (): void => {
  /** The addresses that are to stay as they are. By window: a frame that the page moves gets another, and loads anew. */
  const settled = new WeakMap<Window, string>();
  const settle = ({ contentWindow, src }: HTMLIFrameElement) => contentWindow && settled.set(contentWindow, src);

  const address = (frame: HTMLIFrameElement): void => {
    const { contentWindow, src } = frame;
    const isFree = contentWindow && settled.get(contentWindow) !== src && frame !== document.activeElement;
    const better = isFree && withUTM(src, ticket(frame).id);
    if (!better) return;
    settle(frame);
    contentWindow.location.replace(better);
  };

  const each = (act: (frame: HTMLIFrameElement) => unknown): void => document.querySelectorAll('iframe').forEach(act);
  const present = (): void => each(quiet(address));

  // Who has clicked or typed before we came may have done so in a form that was there already.
  if ((navigator as Partial<Navigator>).userActivation?.hasBeenActive) each(settle);
  on('blur', () => settle(document.activeElement as HTMLIFrameElement));
  // Never on its way: Chromium then drops the old address and the new one now and then, and the visitor sees no form.
  on('load', ({ target }) => address(target as HTMLIFrameElement), document);
  on('load', present);
  followers.push(present);
  if (document.readyState === 'complete') present();
};
