import { state } from './state';
import type { Held } from './state';

/** Whether something has to wait for consent. It is done once that is granted, and never where it is refused. */
export const later = (act: () => void): unknown => state.paused && [(state.paused as Partial<Held>).push?.(act)];
