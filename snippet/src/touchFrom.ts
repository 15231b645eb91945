import type { Touch } from './touch';

type Read = (name: string) => string | null | undefined;

/**
 * The first of several sources that names an affiliate. What is none is passed over, as if it were not there; so is the
 * 0 that Keap writes where it knows of none.
 */
export const touchFrom = (sources: typeof PARAMS, read: Read): Touch | undefined =>
  sources
    .map(([name, kind]) => ({ affiliate: read(name) ?? '', kind, at: Date.now() }))
    .find(({ affiliate }) => /^(?!0$)[\w.~-]{1,64}$/.test(affiliate));
