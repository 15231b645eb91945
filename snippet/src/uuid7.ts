/**
 * A UUID of version 7 (RFC 9562): ids sort by time, which the collector's storage and our own queue rely on. The time
 * has eleven hexadecimal digits until the year 2527. Not crypto.randomUUID: that is version 4, and missing on http pages.
 * What belongs to a test says so by version 8 and two bytes: see internal/attribution/trial.go.
 *
 * What is random are 46 bits, twelve hexadecimal digits before the point. They keep two browsers apart, and guard no
 * secret, so Math.random is good enough: browsers seed it anew for each page from what the system has of chance. Two ids
 * can only be the same if they were made in the same millisecond. A site with 1,000 events in each second has one other
 * event in that, so some 500 such pairs a second, of which one in 10^14 is the same: one event lost in 6,000 years. From
 * crypto, 74 bits would make that a trillion, for 35 bytes more in every page; and its randomUUID is missing on http.
 * Every form of a page gets an id, so making one has to be cheap, too.
 */
export const uuid7 = (): string =>
  Date.now().toString(16).replace(/.{7}/, '0$&-') + (TEST ? '-87e5-8000-' : '-7000-8000-') + (1e14 * (1 + Math.random())).toString(16).slice(0, 12);
