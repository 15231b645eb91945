/** All that tells what to type into a control: it as it is written, and its labels. */
export const words = (control: HTMLInputElement): string =>
  [control, ...(control.labels ?? [])].map(({ outerHTML }) => outerHTML).join(' ');
