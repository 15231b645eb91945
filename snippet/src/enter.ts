import { attend } from './attend';
import { listen } from './listen';

/**
 * Goes into a frame, if it is of our origin: a foreign one shows no document. A page that writes its frame anew, by
 * document.open(), takes our listeners away with everybody else's; what listens already does not listen twice.
 */
export const enter = ({ contentDocument }: HTMLIFrameElement): void => {
  if (!contentDocument) return;
  attend(contentDocument);
  listen(contentDocument);
};
