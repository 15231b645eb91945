import { beforeSubmit } from '../beforeSubmit';
import { dueField } from '../dueField';
import { spell } from '../spell';

/**
 * Pages of ClickFunnels. Its inputs stand outside of any form; a hidden form is given their values when the visitor
 * clicks.
 */
export const clickfunnels = (): void => {
  spell(`contact[additional_info][${FIELD_AFFILIATE}]`);
  beforeSubmit(() => {
    document.querySelectorAll<HTMLInputElement>(`input[name="${FIELD_AFFILIATE}"]`).forEach((input) => {
      if (!input.form) input.value ||= dueField();
    });
  });
};
