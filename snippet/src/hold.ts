import { claims } from './claims';
import { quiet } from './quiet';
import { within } from './within';

/**
 * Whether an opt-in stays in the queue for now, as a tool has claimed its form. The queue is localStorage: if even the
 * end of the page goes unseen, the next page sends what is there.
 */
export const hold = (form: object, key: string): boolean =>
  claims.claimed.some(quiet((selector) => within(form as Element, selector) === form)) &&
  claims.tries.push({ form: form as Element, key }) > 0;
