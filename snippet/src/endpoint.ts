const script = document.currentScript ?? document.querySelector(`script[src*="/${SITE}."]`);

/**
 * Where something of the collector's is, beside the script itself, whatever its folder is called and under whatever path
 * the collector sits. Read while the script runs, as document.currentScript is gone afterwards; a page that loads us as
 * a module has none at all. Where the page has our text in a tag of its own, its forms are filled all the same.
 */
const at = (place: string): string => new URL(place, (script as HTMLScriptElement).src || location.href).href;

/** Where events go. */
export const endpoint = at(`../${EVENTS}`);

/** The script that takes over where the owner tries a page. */
export const testScript = at(`${SITE}.test.js`);
