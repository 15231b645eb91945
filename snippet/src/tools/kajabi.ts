import { beforeSubmit } from '../beforeSubmit';
import { dueField } from '../dueField';

/**
 * Kajabi's forms. Fields of one's own are only numbered, so the one for the affiliate is known by its placeholder. What
 * somebody has filled in is left alone.
 */
export const kajabi = (): void => {
  beforeSubmit(() => {
    document
      .querySelectorAll<HTMLInputElement>(`[name^="form_submission[custom_"][placeholder="${FIELD_AFFILIATE}" i]`)
      .forEach((input) => (input.value ||= dueField()));
  });
};
