import { claim } from '../claim';
import { onJQuery } from '../onJQuery';
import { settle } from '../settle';
import { spell } from '../spell';

/** Elementor's forms. Some versions tell of a success on the document, which does not say of which form. */
export const elementor = (): void => {
  claim('.elementor-form');
  spell(`form_fields[${FIELD_AFFILIATE}]`);
  onJQuery('submit_success error', (type, target) => {
    const won = type !== 'error';
    if (target === document && won) settle(true);
    if ((target as Element).matches('.elementor-form')) settle(won, target as Element);
  });
};
