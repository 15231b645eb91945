import { on } from './on';
import { quiet } from './quiet';

/**
 * Does what must be done before a form is submitted, on things of the page that may come after us and that nothing
 * announces: at once, when the page has loaded, when the visitor goes into a field, and at the submit itself.
 */
export const beforeSubmit = (act: () => void): void => {
  quiet(act)();
  ['load', 'focusin', 'submit'].forEach((type) => on(type, act));
};
