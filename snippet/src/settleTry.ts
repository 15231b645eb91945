import { settle } from './settle';
import { tries } from './tries';
import { within } from './within';

/** Says how the held try of a form ended that is, or stands in, what a selector finds; and returns that form, if there is one. */
export const settleTry = (won: boolean, selector: string): Element | undefined => {
  const held = [...tries.values()].find((form) => within(form, selector));
  if (held) settle(won, held);
  return held;
};
