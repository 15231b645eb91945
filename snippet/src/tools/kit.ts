import { onShown } from '../onShown';
import { spell } from '../spell';

/** Kit, which was ConvertKit. */
export const kit = (): void => {
  spell(`fields[${FIELD_AFFILIATE}]`);
  onShown(
    '.formkit-form',
    ':not(form)',
    '.formkit-alert-success,[data-element=success]',
    '.formkit-alert-error,[data-element=errors]',
  );
};
