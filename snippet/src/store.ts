import { lead } from './lead';
import { quiet } from './quiet';

/**
 * localStorage where it can be written and has room for some events, else an object that lasts as long as the page.
 * What is written to try that is no event, so it goes with the first look at the queue.
 */
export const store: Record<string, string> =
  quiet(() => {
    localStorage[lead] = ' '.repeat(9e3);
    return localStorage;
  })() ?? {};
