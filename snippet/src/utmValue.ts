import { due } from './due';

/**
 * What a vendor's utm key carries: the affiliate who earns, and the id of the opt-in that may follow. The other end,
 * with the form that this has, is internal/attribution/utmvalue.go.
 */
export const utmValue = (id: string): string | undefined => {
  const touch = due();
  return touch && `trb-${touch.kind}-${touch.affiliate}-${id.replace(/-/g, '')}`;
};
