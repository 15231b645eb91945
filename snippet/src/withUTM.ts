import { due } from './due';
import { isTheirs } from './isTheirs';
import { withParam } from './withParam';

/**
 * An address of EverWebinar's with the affiliate who earns and the id of the opt-in that may follow, in the first utm key that
 * is free: those in use are the page's own. Undefined where there is nothing to add. The other end, with the form that the
 * value has, is internal/attribution/utmvalue.go.
 */
export const withUTM = (address: string, id: string): string | undefined => {
  const touch = due();
  const key = UTM_KEYS.find((name) => !address.includes(`${name}=`));
  return touch && key && isTheirs(address) && !address.includes('=trb-')
    ? withParam(address, `${key}=trb-${touch.kind}-${touch.affiliate}-${id.replace(/-/g, '')}`)
    : undefined;
};
