import { frameUrl } from '../frameUrl';

/**
 * Calendly keeps utm keys of the query with the booking; the first that is free carries the touch, in the shape that
 * internal/attribution reads. Its message of a success names nobody, so nothing is made of it.
 */
export const calendly = (): void =>
  frameUrl({
    host: /(^|\.)calendly\.com$/,
    mark: '?',
    values: ({ kind, affiliate }, id, there): Record<string, string> => {
      const key = ['utm_content', 'utm_term'].find((name) => !there.has(name));
      return key ? { [key]: `trb-${kind}-${affiliate}-${id.replace(/-/g, '')}` } : {};
    },
  });
