const [high, low] = crypto.getRandomValues(new Uint32Array(2));

/** Twelve digits: 32 random bits, then 15 to count with. */
let tail = 2 ** 47 + high * 2 ** 15;

/** Seven digits, of which all but the first are random. */
const middle = (2 ** 24 + (low >>> 8)).toString(16);

/**
 * A UUID of version 7 (RFC 9562): ids sort by time, which the collector's storage and our own queue rely on. The time
 * has eleven hexadecimal digits until the year 2527. Not crypto.randomUUID: that is version 4, and missing on http pages.
 * What belongs to a test says so by version 8 and two bytes: see internal/attribution/trial.go.
 * Every form of a page gets an id, so making one has to be cheap: what is random is so once for each page, and ids of the
 * same page count on from there.
 */
export const uuid7 = (): string => {
  const time = `0${Date.now().toString(16)}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${TEST ? '87e5' : `7${middle.slice(1, 4)}`}-8${middle.slice(-3)}-${(tail++).toString(16)}`;
};
