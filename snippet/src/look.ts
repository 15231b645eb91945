import { quiet } from './quiet';
import { round } from './round';
import { note } from './unseen';
import type { Change } from './unseen';

let asked: unknown;

/**
 * Looks at what has changed when the page is at rest, a few milliseconds at a time, and after a second even where it never
 * rests: then the page is not held up, and scripts that read inputs by themselves find ours. Safari has no
 * requestIdleCallback.
 */
export const look = (changes: Change[]): void => {
  changes.forEach(note);
  asked ??= ((window as Partial<Window>).requestIdleCallback ?? (setTimeout as never))(
    quiet(() => {
      asked = undefined;
      round(Date.now() + 4);
      // Nobody else had a turn meanwhile, so all that has changed is what we have put in.
      observer.takeRecords();
    }),
    { timeout: 1000 },
  );
};

/** Sees what comes into every root, and what goes, and leaves it for later. */
export const observer = /* @__PURE__ */ new MutationObserver(/* @__PURE__ */ quiet(look));
