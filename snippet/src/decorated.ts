import { due } from './due';
import { frameUrls } from './frameUrls';
import { ticket } from './ticket';

/**
 * The address of a vendor's frame with our values. Where one of them stands, it is the page's own. The rest stays letter
 * for letter: a query that is built anew may be written otherwise.
 */
export const decorated = (frame: HTMLIFrameElement): string | undefined => {
  const url = new URL(frame.src);
  const touch = due();
  const vendor = frameUrls.find(({ host }) => host.test(url.hostname));
  if (!touch || !vendor) return;
  const part = vendor.mark === '?' ? 'search' : 'hash';
  const there = new URLSearchParams(url[part].slice(1));
  const values = vendor.values(touch, ticket(frame).id, there);
  const names = Object.keys(values);
  if (!names.length || names.some((name) => there.has(name))) return;
  url[part] += (url[part] ? '&' : vendor.mark) + new URLSearchParams(values).toString();
  return url.href;
};
