/** All that tells what a control is for, as one text to search in. */
export const sign = (control: HTMLInputElement): string =>
  [control.type, control.autocomplete, control.name, control.id].join(' ');
