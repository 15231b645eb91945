import { controls } from './controls';
import type { Person } from './person';
import { sign } from './sign';

/** The person that a form tells of. Only what a person types in counts, and nothing marked off. */
export const personOf = (form: Element): Person => {
  const fields = controls(form).filter(
    (control) => /^(text|email|tel)$/.test(control.type) && !control.closest('[data-tributary=off]'),
  );
  const find = (hint: RegExp, value = /./) =>
    fields
      .find((field) => hint.test(sign(field)) && value.test(field.value))
      ?.value.trim()
      .slice(0, 200);
  return {
    email: find(/mail/i, /\S@\S+\.\S/),
    first_name: find(/given|first|fname|( |your.|full.|\[)name\b/i),
    last_name: find(/family|last|\blname|surname/i),
    phone: find(/\btel|phone|mobile/i),
  };
};
