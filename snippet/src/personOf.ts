import type { Person } from './person';
import { rank } from './rank';
import { sign } from './sign';
import { words } from './words';

/**
 * The person that a form tells of. Only what a person types in counts, and nothing marked off. The word for e-mail may
 * be a loose one, in many languages, as the value has to be an address. Of several fields the one that stands for them
 * best counts: only then the page is asked what can be seen.
 */
export const personOf = (all: HTMLInputElement[]): Person => {
  const find = (hint: RegExp, fits = /\S/, tell = sign): string | undefined =>
    all
      .filter(
        (control) =>
          /^(tel|text|email)$/.test(control.type) &&
          fits.test(control.value) &&
          hint.test(tell(control)) &&
          !control.closest('[data-tributary=off]'),
      )
      .sort((a, b) => rank(a) - rank(b))[0]
      ?.value.trim()
      .slice(0, 254);
  const email = find(/mail|cou?rr|post|pocz|почт|[邮郵メ메]/i, /^\s*\S+@\S+\.\S+\s*$/, words);
  return EMAIL === 'send'
    ? {
        email,
        first_name: find(/first|fname|given|vorn|pr.nom|nombre|( |your.|full.|\[)name\b/i),
        last_name: find(/\blname|family|last|surn|nachn|apell|cogno/i),
        phone: find(/\btel|phone|mobil/i),
      }
    : { email };
};
