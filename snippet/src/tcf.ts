import { hear } from './hear';
import { quiet } from './quiet';

/** What a TCF manager tells its listeners. */
interface Told {
  eventStatus: string;
  gdprApplies?: boolean;
  purpose: { consents: Record<number, boolean | undefined> };
}

type Ask = (command: string, version: number, listener: (told: Told) => void) => void;

/**
 * Listens to a consent manager of IAB's TCF 2. It speaks once it knows an earlier answer, and at each answer. Purpose 1
 * is storing on a device, 7 is measuring what an advertisement brought. Where it fails it has nothing to tell: no answer.
 */
export const tcf = (ask: Ask): void => {
  ask(
    'addEventListener',
    2,
    quiet(({ eventStatus, gdprApplies, purpose: { consents } }) => {
      if (eventStatus !== 'cmpuishown') hear(2, gdprApplies === false || !!(consents[1] && consents[7]));
    }),
  );
};
