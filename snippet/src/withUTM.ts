import { utmValue } from './utmValue';
import { withParam } from './withParam';

/**
 * An address of a vendor with the touch in the first utm key that is free: those in use are the page's own. Undefined
 * where there is nothing to add.
 */
export const withUTM = (address: string, id: string): string | undefined => {
  const key = UTM_KEYS.find((name) => !address.includes(`${name}=`));
  const value = utmValue(id);
  return key && value && !address.includes('=trb-') ? withParam(address, `${key}=${value}`) : undefined;
};
