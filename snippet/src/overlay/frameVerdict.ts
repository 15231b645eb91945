import { isBlocked } from './blocked';
import { isTagged } from './tagged';
import { isHarmless, vendorOf } from './vendors';
import type { Verdict } from './verdict';

/** What becomes of an opt-in in a frame; undefined where there can be none, or where its forms are told of one by one. */
export const frameVerdict = (frame: HTMLIFrameElement): Verdict | undefined => {
  const isForeign = /^https?:/.test(frame.src);
  if (isForeign && isBlocked('frame-src', frame.src)) return blockedFrame(frame);
  if (frame.contentDocument) return;
  if (!isForeign) return frame.hasAttribute('sandbox') ? sandboxed : undefined;
  return isTagged(frame) ? tagInside : foreign(new URL(frame.src));
};

const foreign = (url: URL): Verdict | undefined => {
  const vendor = vendorOf(url);
  if (vendor) return TOOLS.includes(vendor.tool) ? vendor.then : switchedOff(vendor.name, vendor.tool);
  return isHarmless(url) ? undefined : outOfReach;
};

const blockedFrame = ({ src }: HTMLIFrameElement): Verdict => ({
  level: 'bad',
  badge: 'blocked by CSP',
  text: 'The content security policy of this page does not let it load.',
  todo: `Add ${new URL(src).origin} to its frame-src.`,
});

const switchedOff = (name: string, tool: string): Verdict => ({
  level: 'bad',
  badge: 'switched off',
  text: `A frame of ${name}, which this site does not use as yet: the affiliate does not get in.`,
  todo: `Add "${tool}" to the tools in the site's settings.`,
});

const sandboxed: Verdict = {
  level: 'look',
  badge: 'out of reach',
  text: 'It is sandboxed: no script of the page can look into it.',
  todo: 'If people opt in there: add allow-same-origin to its sandbox, or let the form’s tool call a hook of Tributary.',
};

const tagInside: Verdict = {
  level: 'ok',
  badge: 'by message',
  text: 'Our tag runs inside, and asks this page who sent the visitor. It is told nothing in a test; an opt-in in there is a real one.',
};

const outOfReach: Verdict = {
  level: 'look',
  badge: 'out of reach',
  text: 'It is a page of somebody else, whose forms cannot be seen from here.',
  todo: 'If people opt in there: put the tag into that page, too, or let its tool call a hook of Tributary.',
};
