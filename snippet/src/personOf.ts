import type { Person } from './person';
import { rank } from './rank';
import { sign } from './sign';
import { words } from './words';

/**
 * The person that a form tells of. Only what a person types in counts, and nothing marked off. The word for e-mail may
 * be a loose one, in many languages, as the value has to be an address. Of several the one that stands for them best
 * counts: only then the page is asked what can be seen.
 */
export const personOf = (all: HTMLInputElement[]): Person => {
  const fields = all.filter(
    (control) => /^(text|email|tel)$/.test(control.type) && !control.closest('[data-tributary=off]'),
  );
  const value = (field?: HTMLInputElement): string | undefined => field?.value.trim().slice(0, 254);
  const find = (hint: RegExp) => value(fields.find((field) => field.value && hint.test(sign(field))));
  const mails = fields.filter(
    (field) => /mail|cou?rr|post|pocz|почт|[邮郵メ메]/i.test(words(field)) && /^\s*\S+@\S+\.\S+\s*$/.test(field.value),
  );
  const email = value(mails.sort((a, b) => rank(a) - rank(b))[0]);
  return EMAIL === 'send'
    ? {
        email,
        first_name: find(/given|first|fname|vorn|pr.nom|nombre|( |your.|full.|\[)name\b/i),
        last_name: find(/family|last|\blname|surn|nachn|apell|cogno/i),
        phone: find(/\btel|phone|mobil/i),
      }
    : { email };
};
