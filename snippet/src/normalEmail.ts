/**
 * An address as the collector writes it: without white space around it, in small letters. Letter by letter, as the
 * collector does: at the end of a word a sigma would become another letter. Only the first code point of each, as the
 * Turkish I with a dot is the one letter that becomes two.
 */
export const normalEmail = (email: string): string =>
  email
    .replace(/^(?:(?!\ufeff)[\s\x85])+|(?:(?!\ufeff)[\s\x85])+$/g, '')
    .replace(/./gsu, (letter) => String.fromCodePoint(letter.toLowerCase().codePointAt(0) ?? 0));
