import type { Touch } from '../../src/touch';

/** What bundle.go puts in the place of the names in settings.d.ts. Imported before anything of the snippet. */
export const settings: {
  TEST: boolean;
  SITE: string;
  COOKIE: string;
  PARAMS: [string, Touch['kind']][];
  WINDOW: number;
  MAX_AGE: number;
  FIRST_EARNS: boolean;
  KEAP_COOKIES: boolean;
} = {
  TEST: false,
  SITE: 'st_test',
  COOKIE: 'trb',
  PARAMS: [
    ['affiliate', 'id'],
    ['aff', 'code'],
  ],
  WINDOW: 90 * 864e5,
  MAX_AGE: 90 * 86400,
  FIRST_EARNS: false,
  KEAP_COOKIES: true,
};

Object.assign(globalThis, settings);
