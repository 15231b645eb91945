import { frameUrl } from '../frameUrl';
import { spell } from '../spell';

/** Keap's own forms, in the page or in a frame. Names of one's own fields have a prefix. */
export const keap = (): void => {
  const name = `inf_custom_${FIELD_AFFILIATE}`;
  spell(name);
  frameUrl({ host: /(^|\.)infusionsoft\.com$/, mark: '?', values: ({ affiliate }): Record<string, string> => (FIELD_AFFILIATE ? { [name]: affiliate } : {}) });
};
