import { bare } from '../bare';
import { drop } from '../drop';
import { earning } from '../earning';
import { endpoint } from '../endpoint';
import { report } from '../report';
import { state } from '../state';
import { told } from '../told';
import { uuid7 } from '../uuid7';
import type { Verdict } from './verdict';

interface Result {
  reason?: string;
  judgement?: { status: string; reason?: string; affiliate?: string; known?: boolean };
}

/** The name of the overlay's own form: what it sends is told of by itself. */
export const own = 'tributary_test';

const ask = async (email: string): Promise<Result | undefined> => {
  const form = { id: own, action: bare(location.href) };
  const key = report({ id: uuid7(), type: 'optin', touch: earning(), person: told({ email }), form, via: 'form' });
  const event = state.store[key];
  drop(key);
  const answer = await fetch(endpoint, { method: 'POST', body: `{"site":"${SITE}","events":[${event}]}`, credentials: 'omit' });
  const { results } = (await answer.json()) as { results?: Result[] };
  return results?.[0];
};

const earner = ({ affiliate = '', known }: NonNullable<Result['judgement']>): string => {
  const name = affiliate.replace('id:', 'affiliate ').replace('code:', 'the affiliate with the code ');
  return `${name} would earn it. ${known ? 'Keap knows this affiliate.' : 'Keap has not been asked for this affiliate yet: it is, at the first real click or opt-in.'}`;
};

const meaning = ({ judgement, reason = '' }: Result): Verdict =>
  judgement ? judged(judgement) : { level: 'bad', badge: 'no answer', text: reason };

const judged = (judgement: NonNullable<Result['judgement']>): Verdict => {
  const { status, reason: why = '', affiliate } = judgement;
  if (/refused|ignored/.test(status)) return { level: 'bad', badge: status, text: why };
  const taken = 'Arrived and marked as a test. A real one would be taken, and ';
  if (affiliate) return { level: 'ok', badge: 'arrived', text: taken + earner(judgement) + (why && ` But it would wait: ${why}.`) };
  return { level: 'look', badge: 'arrived', text: `${taken}nobody would earn it: ${why}.` };
};

/** Sends a test opt-in all the way, and tells what the collector made of it. */
export const trial = async (email: string): Promise<Verdict> => {
  if (state.paused) return { level: 'look', badge: 'consent pending', text: 'Nothing is sent before the visitor consents.', todo: 'Consent first.' };
  try {
    const result = await ask(email);
    if (result) return meaning(result);
  } catch {
    // The panel has the collector's own line for the reason.
  }
  return { level: 'bad', badge: 'not arrived', text: 'The collector did not take it: see “Collector” above.' };
};
