// The settings of one site. bundle.go puts a constant in the place of each name, so the bundler can drop the code of
// whatever a site does not use.

/** Whether this is the script that takes over where the owner tries a page: see overlay. What happens there is a test. */
declare const TEST: boolean;
/** The site's key, as it stands in the tag. */
declare const SITE: string;
/** Name of our one cookie; also leads the names of our entries in localStorage. */
declare const COOKIE: string;
/** The parameters that name an affiliate, the one that wins first. */
declare const PARAMS: readonly (readonly [name: string, kind: 'id' | 'code'])[];
/** Whether the cookies of Keap's own tracking are read when ours is absent. */
declare const KEAP_COOKIES: boolean;
/** Name of the hidden field with the affiliate; empty means none. */
declare const FIELD_AFFILIATE: string;
/** Name of the hidden field with the opt-in's id; empty means none. */
declare const FIELD_ID: string;
/** Whether the first touch earns; otherwise the latest does. */
declare const FIRST_EARNS: boolean;
/** How long a touch earns, in ms. */
declare const WINDOW: number;
/** How long our cookie lives, in s: the same. */
declare const MAX_AGE: number;
/** What is sent of who opted in: the address, the SHA-256 of it, or nothing. */
declare const EMAIL: 'send' | 'hash' | 'none';
/** What has to be granted before anything is stored or sent: nothing, the page's word, or that of a consent manager. */
declare const CONSENT: '' | 'wait' | 'follow';
/** The last part of the address that takes events. */
declare const EVENTS: string;
/** Whether a form tool claims forms: see claim. */
declare const CLAIMS: boolean;
/** Whether vendors' frames are decorated: see frameUrl. */
declare const FRAME_URLS: boolean;
/** Whether form tools have names of their own for our field: see spell. */
declare const SPELLED: boolean;
/** Whether some of these names are one form's alone. */
declare const FORM_FIELDS: boolean;
/** Whether anything follows the touch but our fields: see followers. */
declare const FOLLOWED: boolean;
/** Hosts of EverWebinar's frames and pages. */
declare const WEBINAR_HOSTS: readonly string[];
/** The utm keys that may carry the touch to a vendor, the one that is tried first first. */
declare const UTM_KEYS: readonly string[];
/** A regular expression for the site's origins: with whom our tags in frames may talk. */
declare const ORIGINS: string;
/** Domains of the site between which links carry the touch. */
declare const LINKED_DOMAINS: readonly string[];
/** Keap's own form, which hears of opt-ins, too: see official. */
declare const OFFICIAL_FORM: { address: string; fields: Record<string, string> } | null;
/** The form tools that have code of their own in this script. */
declare const TOOLS: readonly string[];
