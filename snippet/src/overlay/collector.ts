import { endpoint } from '../endpoint';
import { isBlocked } from './blocked';
import type { Verdict } from './verdict';

const { origin } = new URL(endpoint);

/** What the collector says to this page; undefined until it has spoken. */
export const collector: { says?: Verdict } = {};

const refused = async (answer: Response): Promise<Verdict> => {
  const { detail } = (await answer.json()) as { detail?: string };
  return { level: 'bad', badge: 'refused', text: `The collector answers ${answer.status} to this page.`, todo: detail };
};

const unreachable = (): Verdict =>
  isBlocked('connect-src', endpoint)
    ? {
        level: 'bad',
        badge: 'blocked by CSP',
        text: 'The content security policy of this page lets nothing be sent to the collector.',
        todo: `Add ${origin} to its connect-src.`,
      }
    : {
        level: 'bad',
        badge: 'not reached',
        text: `The collector at ${origin} did not answer: the network, an extension of this browser, or the collector itself is in the way.`,
        todo: 'Open its address in a tab of its own. If it answers there, try a browser without extensions.',
      };

/** Asks whether it would take events of this page, by a batch that holds none. */
export const askCollector = async (): Promise<void> => {
  try {
    const answer = await fetch(endpoint, { method: 'POST', body: `{"site":"${SITE}","events":[]}`, credentials: 'omit' });
    collector.says = answer.ok
      ? { level: 'ok', badge: 'ready', text: `The collector at ${origin} takes what this page sends.` }
      : await refused(answer);
  } catch {
    // The policy's own word comes in a task of its own.
    await new Promise((done) => setTimeout(done, 100));
    collector.says = unreachable();
  }
};
