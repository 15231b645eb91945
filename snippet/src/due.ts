import { earning } from './earning';
import { ifYoung } from './ifYoung';
import { state } from './state';
import type { Touch } from './touch';

/** The touch that form tools are told of, if one earns and the visitor consents. */
export const due = (): Touch | undefined => (state.paused ? undefined : ifYoung(earning()));
