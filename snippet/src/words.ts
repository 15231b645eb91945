/** All that tells what to type into a control: its attributes, and the text of its labels. */
export const words = (control: HTMLInputElement): string =>
  [...(control.labels ?? [])].reduce((text, label) => text + label.textContent, control.outerHTML);
