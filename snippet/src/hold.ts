import { claimed } from './claimed';
import { quiet } from './quiet';
import { tries } from './tries';
import { within } from './within';

/**
 * Whether an opt-in stays in the queue for now, as a tool has claimed its form. The queue is localStorage: if even the
 * end of the page goes unseen, the next page sends what is there.
 */
export const hold = (form: object, key: string): boolean =>
  claimed.some(quiet((selector) => within(form as Element, selector) === form)) && !!tries.set(key, form as Element);
