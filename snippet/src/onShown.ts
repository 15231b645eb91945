import { claim } from './claim';
import { on } from './on';
import { quiet } from './quiet';
import { settle } from './settle';
import { within } from './within';

/**
 * Claims the forms of a tool that shows a message beside the form (within "around"), and gives no other sign. What
 * counts is that a message comes up: one that is still there from the try before says nothing.
 */
export const onShown = (forms: string, around: string, done: string, failed: string): void => {
  let watch: MutationObserver | undefined;
  claim(forms);
  on('submit', ({ target }: { target: Element }) => {
    const box = within(target, forms) === target && within(target, around);
    if (!box) return;
    const look = () => [done, failed].map((message) => [...box.querySelectorAll(message)].some(isShown));
    let were = look();
    const hear = () => {
      const [won, lost] = look().map((is, i) => is && !were[i]);
      were = look();
      if (won || lost) settle(won, target);
    };
    watch?.disconnect();
    watch = new MutationObserver(quiet(hear));
    watch.observe(box, { attributes: true, childList: true, characterData: true, subtree: true });
  });
};

const isShown = (message: Element): boolean =>
  getComputedStyle(message).display !== 'none' && !!message.textContent.trim();
