import { domains } from './domains';
import { endpoint } from './endpoint';

/**
 * Whether the collector sits on the page's own site: only then may a request carry our cookie, which the answer sets
 * again by HTTP. Two labels tell that well enough: the collector knows the public suffixes, and has the last word.
 */
export const near = endpoint.includes(domains()[0]);
