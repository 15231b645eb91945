import { values } from './values';

/** Whether this visitor has revoked consent, on whatever page: our cookie is then a mere dash. */
export const declined = (): boolean => values().includes('-');
