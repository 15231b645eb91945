import { claim } from '../claim';
import { onJQuery } from '../onJQuery';
import { settle } from '../settle';

/** WPForms. Its event of an error says that no answer came, not that nothing arrived: then the opt-in stays held. */
export const wpforms = (): void => {
  claim('.wpforms-form');
  onJQuery('wpformsAjaxSubmitSuccess wpformsAjaxSubmitFailed', (type, form) =>
    settle(type.includes('Succ'), form as Element),
  );
};
