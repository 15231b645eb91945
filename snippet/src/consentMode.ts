import { hear } from './hear';
import { quiet } from './quiet';

/** A call of gtag, as it stands in dataLayer. */
type Command = [what: string, when: string, how: { ad_storage?: string; region?: unknown }];

/**
 * ad_storage is what Google keeps its own conversion cookies by, as ours is one. A default for some region may not be
 * for this visitor: it can only deny.
 */
const read = /* @__PURE__ so that it is left out where nobody follows */ quiet(([what, when, { ad_storage, region }]: Command) => {
  const yes = ad_storage === 'granted';
  if (what === 'consent' && ad_storage && !(yes && region)) hear(when === 'update' ? 1 : 0, yes);
});

/** Listens to Google's Consent Mode: to what stands in dataLayer, and to what comes. */
export const consentMode = (dataLayer: Command[]): void => {
  const { push } = dataLayer;
  dataLayer.forEach(read);
  dataLayer.push = (...commands) => {
    commands.forEach(read);
    return push.apply(dataLayer, commands);
  };
};
