import { attend } from './attend';
import { fill } from './fill';
import { own } from './own';
import { quiet } from './quiet';
import { unseen } from './unseen';
import { within } from './within';

/** Goes into the shadow root of an element. */
const descend = /* @__PURE__ */ quiet(({ shadowRoot }: Element): void => {
  if (shadowRoot) attend(shadowRoot);
});

/**
 * Goes through all that is unseen, with a pause after each element: into the shadow roots, then through the forms, which
 * get the affiliate that each pause ends with. Of what came into a form, the form itself is put right, once however much
 * has changed. Not asked is what an element is: a node may come from another document, and a form may hide it.
 */
export const walk = function* (): Generator<unknown, void, string> {
  for (let changes; (changes = unseen.shift()); ) {
    const seen = new Set<Node>();
    const forms = new Set<Element>();
    for (const { target, addedNodes } of changes)
      for (const node of [target, ...addedNodes] as Element[]) {
        if (own(node, 'nodeType') !== 1 || (node === target && seen.has(node))) continue;
        seen.add(node);
        const form = within(node, 'form');
        if (form) forms.add(form);
        if (form !== node) descend(node);
        if (node === target || !own(node, 'firstElementChild')) continue;
        const inside = (selector: string) => own(node, 'querySelectorAll').call(node, selector);
        inside('form').forEach((each) => forms.add(each));
        for (const element of inside(':not(form)')) yield descend(element);
      }
    for (const form of forms) fill(form, yield);
  }
};
