import { quiet } from './quiet';
import { round } from './round';
import { unseen } from './unseen';
import { within } from './within';

/** A node in which something has changed, and what came into it. */
type Change = Pick<MutationRecord, 'target'> & { addedNodes: Iterable<Node> };

let asked: unknown;

/**
 * Notes what there is to look at in what has changed: the form that it is in, and all that came. It is looked at when the page is at rest, a
 * few milliseconds at a time, and after a second even where it never rests: then the page is not held up, and scripts
 * that read inputs by themselves find ours. Safari has no requestIdleCallback.
 */
export const look = (changes: Change[]): void => {
  changes.forEach(({ target, addedNodes }) => {
    const form = quiet(within)(target as Element, 'form');
    if (form) unseen.add(form);
    for (const node of addedNodes) unseen.add(node);
  });
  asked ||= ((window as Partial<Window>).requestIdleCallback ?? (setTimeout as never))(
    quiet(() => {
      asked = 0;
      round(Date.now() + 4);
      // Nobody else had a turn meanwhile, so all that has changed is what we have put in.
      observer.takeRecords();
    }),
    { timeout: 1000 },
  );
};

/** Sees what comes into every root, and what goes, and leaves it for later. */
export const observer = /* @__PURE__ */ new MutationObserver(/* @__PURE__ */ quiet(look));
