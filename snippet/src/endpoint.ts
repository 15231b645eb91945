const script = document.currentScript ?? document.querySelector(`script[src*="/${SITE}."]`);

/**
 * Where events go: beside the folder of the script's own address, whatever that is called and under whatever path the
 * collector sits. Read while the script runs, as document.currentScript is gone afterwards; a page that loads us as a
 * module has none at all.
 */
export const endpoint = (script as HTMLScriptElement).src.replace(new RegExp(`[^/]*/${SITE}\\..*`), EVENTS);
