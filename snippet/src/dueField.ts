import { due } from './due';

/** What the field for the affiliate should hold now; empty for nothing. */
export const dueField = (): string => due()?.affiliate ?? '';
