import { kept } from '../kept';

/** What was kept for this visitor when the page was opened. A test adds nothing to it. */
export const before = kept();
