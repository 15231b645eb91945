import { decorate } from './decorate';

/**
 * Decorates the frames of a page that has loaded. Those that it adds, with the changes that an observer brings, have not
 * set out yet; while the page still loads, each is seen to when it has loaded itself.
 */
export const decoratePage = (changes?: unknown): void => {
  if (document.readyState === 'complete') decorate(document.querySelectorAll('iframe'), !changes);
};
