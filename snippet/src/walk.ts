import { attend } from './attend';
import { fill } from './fill';
import { own } from './own';
import { quiet } from './quiet';
import { unseen } from './unseen';
import { within } from './within';

/**
 * Goes through all that is unseen, with a pause at each element: into the shadow roots, then through the forms, which get
 * the affiliate that each pause ends with. A form in which something has changed is put right once, however much it is.
 * Not asked is what an element is: a node may come from another document, and a form may hide it.
 */
export const walk = function* (): Generator<unknown, void, string> {
  for (let changes; (changes = unseen.shift()); ) {
    const forms = new Set<unknown>();
    for (const { target, addedNodes } of changes) {
      forms.add(quiet(within)(target as Element, 'form'));
      for (const node of addedNodes as Iterable<Element>)
        if (own(node, 'nodeType') === 1)
          for (const element of [node, ...own(node, 'querySelectorAll').call(node, '*')])
            yield own(element, 'localName') === 'form' ? forms.add(element) : attend(element.shadowRoot);
    }
    for (const form of forms) fill(form as Element, yield);
  }
};
