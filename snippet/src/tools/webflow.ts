import { onShown } from '../onShown';
import { spell } from '../spell';

/** Webflow's forms. */
export const webflow = (): void => {
  spell(FIELD_AFFILIATE);
  onShown('.w-form form', '.w-form', '.w-form-done', '.w-form-fail');
};
