import { attend } from './attend';
import { dueField } from './dueField';
import { fill } from './fill';
import { look } from './look';
import { own } from './own';
import { unseen } from './unseen';

/** Looks at what is unseen until the given time, and leaves the rest for later: into shadow roots, and through forms. */
export const round = (end: number): void => {
  const affiliate = dueField();
  for (const element of unseen) {
    unseen.delete(element);
    if (own(element, 'localName') === 'form') fill(element, affiliate);
    else attend(element.shadowRoot);
    if (Date.now() > end) return look([]);
  }
};
