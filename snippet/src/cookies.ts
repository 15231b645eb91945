import { quiet } from './quiet';

/** The values of every cookie of a name: one may stand on several domains. A sandboxed frame throws at the mere read. */
export const cookies = (name: string): string[] =>
  `; ${quiet(() => document.cookie)() as unknown as string}`
    .split(`; ${name}=`)
    .slice(1)
    .map((rest) => rest.split(';')[0]);
