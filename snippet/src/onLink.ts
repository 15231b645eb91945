import { on } from './on';
import { quiet } from './quiet';

type Change = (address: string) => string | undefined;

const changes: Change[] = [];

/**
 * Changes where a link leads, at the moment it is followed, opened in a tab, or asked for its menu. The link is as it
 * was right afterwards: what the page's own scripts find in it at any other time is what they have put there.
 */
export const onLink = (change: Change): void => {
  if (changes.push(quiet(change)) < 2) ['click', 'auxclick', 'contextmenu'].forEach((type) => on(type, follow));
};

/** The link that is changed at this moment: a click with another button is two events. */
let changed: HTMLAnchorElement | undefined;

const follow = (event: Event): void => {
  const link = (event.composedPath() as HTMLAnchorElement[]).find(({ localName }) => localName === 'a');
  const href = link?.getAttribute('href');
  if (!link || !href || link === changed) return;
  const address = changes.reduce((better, change) => change(better) ?? better, link.href);
  if (address === link.href) return;
  changed = link;
  link.href = address;
  setTimeout(() => {
    changed = undefined;
    link.setAttribute('href', href);
  });
};
