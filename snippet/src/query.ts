import { entry } from './entry';

/** The parameters that the page was opened with: it may have cleaned its address bar before we run. */
export const query = new URL(entry?.name ?? location.href).searchParams;
