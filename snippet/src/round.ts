import { attend } from './attend';
import { dueField } from './dueField';
import { fill } from './fill';
import { unseen } from './unseen';

/**
 * Looks at elements until the given time: fills the forms among them, and goes into their shadow roots. A form whose
 * controls are called "localName" shows one of these instead of its own name: as text that is an object.
 */
export const round = (end: number): void => {
  const affiliate = dueField();
  for (const element of unseen) {
    if (Date.now() > end) return;
    unseen.delete(element);
    if (/^form$|object /.test(element.localName)) fill(element, affiliate);
    else if (element.shadowRoot) attend(element.shadowRoot);
  }
};
