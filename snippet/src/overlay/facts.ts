import { cookieFact } from './cookieFact';
import { collector } from './collector';
import { touchFact } from './touchFact';
import type { Verdict } from './verdict';

export interface Fact extends Verdict {
  name: string;
}

/** What holds for the whole page. */
export const facts = (): Fact[] => [
  { name: 'Affiliate', ...touchFact() },
  { name: 'Cookie', ...cookieFact() },
  { name: 'Collector', ...(collector.says ?? { level: 'off', badge: 'asking', text: 'Waiting for its answer.' }) },
];
