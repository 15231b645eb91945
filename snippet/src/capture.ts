import { cookies } from './cookies';
import { entry } from './entry';
import { kept } from './kept';
import { query } from './query';
import { remember } from './remember';
import { report } from './report';
import { touchFrom } from './touchFrom';
import { ticket } from './ticket';

/**
 * Takes the touch that this visit brought, and counts it as a click. An address that is merely opened again (reload,
 * back button, a tab that the browser had put to sleep) is neither a click nor a touch where one is known already:
 * otherwise an old tab would take the visitor back from the affiliate who sent them since. What Keap's own tracking has
 * kept from before us is a touch, but nobody clicked now.
 */
export const capture = (): void => {
  const known = kept().latest;
  const inherited =
    KEAP_COOKIES &&
    !known &&
    touchFrom(
      [
        ['is_aff', 'id'],
        ['is_affcode', 'code'],
      ],
      (name) => cookies(name)[0],
    );
  if (inherited) remember(inherited);
  const touch = touchFrom(PARAMS, (name) => query.get(name));
  if (!touch || (known && /reload|back/.test(entry?.type as string))) return;
  remember(touch);
  // One for each view of a page, so that a grant after a revoke cannot count the same visit again.
  report({ id: ticket(query).id, type: 'click', touch });
};
