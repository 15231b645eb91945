import { claim } from '../claim';
import { onJQuery } from '../onJQuery';
import { settle } from '../settle';

/**
 * Gravity Forms. gform_page_loaded says that a form came back: with errors, or with its next page. gform_post_render
 * comes after every answer, a redirect included.
 */
export const gravityforms = (): void => {
  claim('form[id^=gform_]');
  onJQuery('gform_confirmation_loaded gform_page_loaded', (type, _, id) =>
    settle(type.includes('conf'), `gform_${id as number}`),
  );
};
