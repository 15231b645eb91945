/**
 * A UUID of version 7 (RFC 9562): ids sort by time, which the collector's storage and our own queue rely on. The time
 * has eleven hexadecimal digits until the year 2527. Not crypto.randomUUID: that is version 4, and missing on http pages.
 */
export const uuid7 = (random = crypto.getRandomValues(new Uint8Array(36))): string =>
  (Date.now().toString(16).replace(/.{7}/, '0$&-') + '-7xxx-8xxx-xxxxxxxxxxxx').replace(/x/g, (_, i: number) =>
    (random[i] & 15).toString(16),
  );
