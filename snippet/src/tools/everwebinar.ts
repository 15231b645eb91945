import { addressFrames } from '../addressFrames';
import { bare } from '../bare';
import { followers } from '../followers';
import { isTheirs } from '../isTheirs';
import { metBefore } from '../metBefore';
import { on } from '../on';
import { onLink } from '../onLink';
import { optin } from '../optin';
import { query } from '../query';
import { quiet } from '../quiet';
import { registrant } from '../registrant';
import type { Registrant } from '../registrant';
import { state } from '../state';
import { strip } from '../strip';
import { uuid7 } from '../uuid7';
import { withUTM } from '../withUTM';

// Read and taken out of the address at once, whether or not the visitor consents: others must not see it either.
const thanked = registrant(query);
quiet(strip)(/\bwj_lead_[^&]*&?/g);

// Where the vendor has nothing to fill in, what stands for an e-mail may be none.
const tell = (form: object, person: Registrant, via: string, action?: string): void => {
  const { email } = person;
  if (!state.paused && email.includes('@') && !metBefore(email)) optin(form, person, 'everwebinar', action, via);
};

/**
 * EverWebinar and WebinarJam show their form in a frame of their own, where no field can be added. So the frame's address
 * carries the touch in a utm key, which the vendor stores with the registrant.
 */
export const everwebinar = (): void => {
  const thank = (): void => tell(thanked, thanked, 'thankyou');
  // The vendor's own word that somebody registered, with the address that the page goes to next. It names no e-mail,
  // unless the thank-you page is one that is given it: without there is nothing to tell.
  const registered = ({ data, origin, source }: MessageEvent<{ func?: string; url: string }>): void => {
    if (data.func !== 'redirect') return;
    const frame = [...document.querySelectorAll('iframe')].find(({ contentWindow }) => contentWindow === source);
    if (frame && isTheirs(origin)) tell(frame, registrant(new URL(data.url).searchParams), 'message', bare(frame.src));
  };

  on('message', registered);
  onLink((address) => withUTM(address, uuid7()));
  followers.push(thank);
  thank();
  addressFrames();
};
