import { controls } from './controls';
import { sign } from './sign';
import { within } from './within';

/**
 * The forms that are none of our business: marked off, with a password (not by type alone: "show password" turns it to
 * text), for payment, for searching. What has a search box, or a field of a usual name for one, searches, unless it also
 * asks for an e-mail.
 */
export const leftAlone = (form: Element, all = controls(form)): unknown => {
  const signs = all.map(sign).join('\n');
  return (
    within(form, '[data-tributary=off],[role=search],search') ??
    (/passw|\bcc-|cv[cv]/i.test(signs) ||
      (/^(search|text \S* (q|s|query|search|keywords?) )/im.test(signs) && !/mail/i.test(signs)))
  );
};
