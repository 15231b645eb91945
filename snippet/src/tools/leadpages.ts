import { spell } from '../spell';

/** Forms of Leadpages, whose merge fields may be in capitals. */
export const leadpages = (): void => {
  spell(FIELD_AFFILIATE);
};
