import { claimed } from './claimed';
import { on } from './on';
import { release } from './release';

/**
 * Claims forms for a tool that will tell which of their submits succeeded: see hold and settle. What it has not told of
 * when the page goes away is reported all the same, so that no lead is lost where a vendor changes a signal. A phone may
 * end a page that is out of sight without another word, so that counts as going away.
 */
export const claim = (selector: string): void => {
  claimed.push(selector);
  ['pagehide', 'visibilitychange'].forEach((type) => on(type, () => release()));
};
