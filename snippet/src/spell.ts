import { spellings } from './spellings';

/** Takes fields of one more name for the affiliate's: one that a form has is filled, and then none is added. */
export const spell = (name: string): void => {
  spellings.push(name.toLowerCase());
};
