import { attend } from './attend';
import { fill } from './fill';
import { unseen } from './unseen';

/** Looks at elements until the given time: fills the forms among them, and goes into their shadow roots. */
export const round = (end: number): void => {
  fill(forms(end));
};

/** A form whose controls are called "localName" shows one of these instead of its own name: as text that is an object. */
function* forms(end: number): Iterable<Element> {
  while (unseen[0] && Date.now() < end) {
    const { value, done } = unseen[0].next() as IteratorResult<Element, undefined>;
    if (done) unseen.shift();
    else if (/^form$|object /.test(value.localName)) yield value;
    else if (value.shadowRoot) attend(value.shadowRoot);
  }
}
