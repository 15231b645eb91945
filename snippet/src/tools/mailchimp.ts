import { onShown } from '../onShown';
import { spell } from '../spell';

/** Mailchimp's embedded form. Merge tags are in capitals. */
export const mailchimp = (): void => {
  spell(FIELD_AFFILIATE);
  onShown(
    '#mc_embed_signup form',
    '#mc_embed_signup',
    '#mce-success-response',
    '#mce-error-response,.mce_inline_error',
  );
};
