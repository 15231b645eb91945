/**
 * All that tells what to type into a control: it as it is written, and its labels. What stands in their tags does no harm:
 * an e-mail has to be one, and of several fields the others' words weigh as much.
 */
export const words = (control: HTMLInputElement): string =>
  [control, ...(control.labels ?? [])].map(({ outerHTML }) => outerHTML).join(' ');
