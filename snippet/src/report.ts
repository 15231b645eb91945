import { bare } from './bare';
import type { Happening } from './happening';
import { kept } from './kept';
import { lead } from './lead';
import { see } from './overlay/seen';
import { put } from './put';
import { query } from './query';

/** Puts an event in the queue, and returns the key of its entry. */
export const report = (happening: Happening): string => {
  const utm: Record<string, string> = {};
  query.forEach((value, name) => {
    if (name.startsWith('utm_')) utm[name.slice(4)] = value.slice(0, 100);
  });
  const { visitor, first } = kept();
  const event = { url: bare(location.href), referrer: bare(document.referrer), utm, at: Date.now(), visitor, first, ...happening };
  if (TEST) {
    Object.assign(event, { test: true });
    see(happening);
  }
  return put(lead + happening.id, JSON.stringify(event));
};
