import { drop } from './drop';
import { endpoint } from './endpoint';
import { near } from './near';
import { official } from './official';
import { quiet } from './quiet';
import { state } from './state';

/**
 * Sends entries of the queue in one request of text/plain, which needs no preflight. keepalive carries it through the
 * navigation that follows a submit. Where the browser lacks that, or fetch is broken, it goes by beacon, whose answer
 * nobody hears. What is not settled stays in the queue, for the next page.
 */
export const deliver = /* @__PURE__ */ quiet((keys: string[]): void => {
  if (!keys[0]) return;
  const body = `{"site":"${SITE}","events":[${keys.map((key) => state.store[key])}]}`;
  // Taken, or refused for good; 429 and what lies above it say: later. The error of a network that is down, or of an
  // answer that is not the collector's and so may not be read, has no status.
  const hear = quiet(({ status }: Response) => status < 429 && keys.forEach(drop));
  const ask = () =>
    'keepalive' in Request.prototype &&
    fetch(endpoint, { method: 'POST', body, keepalive: true, ...(near && { credentials: 'include' }) }).then(hear, hear);
  const asked = quiet(ask)();
  if (OFFICIAL_FORM) keys.forEach(official);
  if (!asked) navigator.sendBeacon(endpoint, body);
});
