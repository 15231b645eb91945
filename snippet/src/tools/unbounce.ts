import { beforeSubmit } from '../beforeSubmit';
import { claim } from '../claim';
import { quiet } from '../quiet';
import { settle } from '../settle';

/** Pages of Unbounce, which calls a list of functions after a form has arrived. */
export const unbounce = (): void => {
  let known: unknown;
  claim('.lp-pom-form form');
  beforeSubmit(() => {
    const hooks = (window as { ub?: { hooks: { afterFormSubmit: (() => void)[] } } }).ub?.hooks.afterFormSubmit;
    if (!hooks || hooks === known) return;
    known = hooks;
    hooks.push(quiet(() => settle(true)));
  });
};
