import { attend } from './attend';
import { dueField } from './dueField';
import { fill } from './fill';
import { inside } from './inside';
import { look } from './look';
import { own } from './own';
import { unseen } from './unseen';

/**
 * Looks into what is unseen until the given time, and leaves the rest for later: into shadow roots, and through forms,
 * each of which is a turn of its own. Not asked is what an element is: a node may come from another document, and a form
 * may hide it.
 */
export const round = (end: number): void => {
  const affiliate = dueField();
  for (const node of unseen as Set<Element>) {
    unseen.delete(node);
    if (own(node, 'nodeType') === 1)
      for (const element of [node, ...inside(node, '*')])
        if (own(element, 'localName') === 'form') {
          if (element === node) fill(element, affiliate);
          else unseen.add(element);
        } else attend(element.shadowRoot);
    if (Date.now() > end) return look([]);
  }
};
