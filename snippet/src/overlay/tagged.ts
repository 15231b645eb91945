import { lead } from '../lead';
import { on } from '../on';

const asked = new Set<unknown>();

/** Hears of the frames in which our own tag runs: it asks the page around for the touch. */
export const hearTags = (changed: () => void): void =>
  on('message', ({ data, source }: MessageEvent) => {
    if (data !== `"${lead}0"` || asked.has(source)) return;
    asked.add(source);
    changed();
  });

export const isTagged = ({ contentWindow }: HTMLIFrameElement): boolean => asked.has(contentWindow);
