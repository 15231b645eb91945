import type { Verdict } from './verdict';

interface Vendor {
  tool: string;
  name: string;
  hosts: readonly string[];
  /** What becomes of an opt-in in its frame, where the site uses the tool. */
  then: Verdict;
}

const said = 'The vendor’s message tells of the opt-in.';
const byMessage: Verdict = { level: 'ok', badge: 'by message', text: said };

const needsHook: Verdict = {
  level: 'look',
  badge: 'needs a hook',
  text: 'Its address carries the affiliate. Its message names nobody, so the opt-in has to come from the vendor.',
  todo: 'Let the vendor, or Zapier or Make, call a hook of Tributary.',
};

const needsThankYou: Verdict = {
  level: 'look',
  badge: 'needs the thank-you page',
  text: 'Its address carries the affiliate, and the vendor keeps it with the registrant.',
  todo: 'Put the tag on your thank-you page, and let the vendor send register information there.',
};

/** The vendors whose frames the script knows. None of this was tried against the live products. */
export const vendors = (): Vendor[] => [
  { tool: 'everwebinar', name: 'EverWebinar or WebinarJam', hosts: WEBINAR_HOSTS, then: needsThankYou },
  { tool: 'hubspot', name: 'HubSpot', hosts: ['hsforms.com', 'hsforms.net', 'hubspot.com'], then: byMessage },
  { tool: 'tally', name: 'Tally', hosts: ['tally.so'], then: byMessage },
  { tool: 'typeform', name: 'Typeform', hosts: ['typeform.com'], then: needsHook },
  { tool: 'jotform', name: 'JotForm', hosts: ['jotform.com'], then: needsHook },
  { tool: 'calendly', name: 'Calendly', hosts: ['calendly.com'], then: needsHook },
  { tool: 'keap', name: 'Keap', hosts: ['infusionsoft.com'], then: needsHook },
];

/** Hosts whose frames hold no forms for people. */
const harmless = ['youtube.com', 'youtube-nocookie.com', 'vimeo.com', 'googletagmanager.com', 'google.com', 'doubleclick.net', 'wistia.net', 'facebook.com', 'stripe.com', 'recaptcha.net'];

const serves = (hosts: readonly string[], host: string): boolean =>
  hosts.some((name) => host === name || host.endsWith(`.${name}`));

export const vendorOf = ({ host, hostname }: URL): Vendor | undefined =>
  vendors().find(({ hosts }) => serves(hosts, host) || serves(hosts, hostname));

export const isHarmless = ({ hostname }: URL): boolean => serves(harmless, hostname);
