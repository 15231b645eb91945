import { adopt } from './adopt';
import { followers } from './followers';
import { handed } from './handed';
import { onLink } from './onLink';
import { query } from './query';
import { quiet } from './quiet';
import { strip } from './strip';
import { withParam } from './withParam';

/**
 * Cookies end at the borders of a domain. So a link to another domain of the site takes the visitor and their touches
 * along, in a parameter with the name of our cookie, and the tag over there takes it up. It counts for two minutes and
 * is taken out of the address bar: who is sent a copy of the link is another visitor.
 */
export const linkedSites = (): void => {
  const [sent, text] = (query.get(COOKIE) ?? '').split('~', 2);
  const take = quiet(() => {
    if (+sent > Date.now() - 12e4) adopt(text);
  });
  followers.push(take);
  take();
  strip(new RegExp(`\\b${COOKIE}=[^&]*&?`, 'g'));
  onLink((address) => {
    const theirs = domain(new URL(address).hostname);
    const text = handed();
    const isFar = theirs && theirs !== domain(location.hostname);
    return isFar && text ? withParam(address, `${COOKIE}=${Date.now()}~${text}`) : undefined;
  });
};

/** The one of the site's domains that a host belongs to. */
const domain = (host: string): string | undefined => LINKED_DOMAINS.find((name) => `.${host}`.endsWith(`.${name}`));
