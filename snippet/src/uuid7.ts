/**
 * A UUID of version 7 (RFC 9562): ids sort by time, which the collector's storage and our own queue rely on. The time
 * has eleven hexadecimal digits until the year 2527. Not crypto.randomUUID: that is version 4, and missing on http pages.
 * What belongs to a test says so by version 8 and two bytes: see internal/attribution/trial.go.
 * Every form of a page gets an id, so making one has to be cheap: six numbers, instead of a digit at a time.
 */
export const uuid7 = (): string =>
  [...crypto.getRandomValues(new Uint16Array(6))]
    .reduce(
      (text, bits) => text + (bits + 65536).toString(16).slice(1),
      `0${Date.now().toString(16)}${TEST ? '87e5' : '7'}`,
    )
    .replace(/(.{8})(.{4})(.{4})(.{3})(.{12}).*/, '$1-$2-$3-8$4-$5');
