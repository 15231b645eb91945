import { bare } from './bare';
import type { Happening } from './happening';
import { kept } from './kept';
import { lead } from './lead';
import { query } from './query';
import { store } from './store';

/** Puts an event in the queue, and returns the key of its entry. */
export const report = (happening: Happening): string => {
  const utm: Record<string, string> = {};
  query.forEach((value, name) => {
    if (name.startsWith('utm_')) utm[name.slice(4)] = value.slice(0, 100);
  });
  const place = { url: bare(location.href), referrer: bare(document.referrer), utm };
  store[lead + happening.id] = JSON.stringify({ at: Date.now(), ...place, ...kept(), latest: undefined, ...happening });
  return lead + happening.id;
};
