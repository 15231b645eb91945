import type { Touch } from './touch';

/** Our fields, as they stand in a form of the page, for a frame. */
export const fieldsOf = ({ affiliate }: Touch, id: string): Record<string, string> => ({
  ...(FIELD_AFFILIATE && { [FIELD_AFFILIATE]: affiliate }),
  ...(FIELD_ID && { [FIELD_ID]: id }),
});
