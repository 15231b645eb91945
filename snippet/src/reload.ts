/**
 * Gives a frame a new address. Where only the fragment is new, a page that has loaded would stay as it is: the frame is
 * taken out for that, and put back.
 */
export const reload = (frame: HTMLIFrameElement, address: string, hasLoaded: boolean): void => {
  const { parentNode, nextSibling, src } = frame;
  const isSame = hasLoaded && src.split('#')[0] === address.split('#')[0];
  if (isSame) frame.remove();
  frame.src = address;
  if (isSame) parentNode?.insertBefore(frame, nextSibling);
};
