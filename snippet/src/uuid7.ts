/**
 * A UUID of version 7 (RFC 9562): ids sort by time, which the collector's storage and our own queue rely on. The time
 * has eleven hexadecimal digits until the year 2527. Not crypto.randomUUID: that is version 4, and missing on http pages.
 * What belongs to a test says so by version 8 and two bytes: see internal/attribution/trial.go.
 * Every form of a page gets an id, so making one has to be cheap: three long numbers, instead of a digit at a time.
 */
export const uuid7 = (): string => {
  const time = '0' + Date.now().toString(16);
  const [a, b, c] = [...crypto.getRandomValues(new Uint32Array(3))].map((bits) => (bits + 2 ** 32).toString(16));
  return `${time.slice(0, 8)}-${time.slice(8)}-${TEST ? '87e5' : '7' + a.slice(1, 4)}-8${a.slice(4, 7)}-${b.slice(1)}${c.slice(1, 5)}`;
};
