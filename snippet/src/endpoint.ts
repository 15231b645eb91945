const MARK = `/${SITE}.`;

const script = document.currentScript ?? document.querySelector(`script[src*="${MARK}"]`);

/**
 * Where events go: beside the folder of the script's own address, whatever that is called and under whatever path the
 * collector sits. Read while the script runs, as document.currentScript is gone afterwards; a page that loads us as a
 * module has none at all.
 */
const [folder] = (script as HTMLScriptElement).src.split(MARK);
export const endpoint = folder.replace(/[^/]*$/, EVENTS);

/** The script that takes over where the owner tries a page. */
export const testScript = `${folder + MARK}test.js`;
