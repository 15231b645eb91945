import { examine } from './examine';
import { facts } from './facts';
import { make } from './make';
import { seen } from './seen';
import { own } from './trial';
import type { Level, Verdict } from './verdict';

const signs: Record<Level, string> = { ok: '✓', look: '!', bad: '✗', off: '–' };

const badge = ({ level, badge }: Verdict): HTMLElement => make('span', { class: `badge ${level}`, 'data-sign': signs[level] }, badge);

/** The words of a verdict. */
export const words = (verdict: Verdict): Node[] => [
  make('p', {}, verdict.text),
  ...(verdict.todo ? [make('p', { class: 'todo' }, verdict.todo)] : []),
];

const item = (name: Node, verdict: Verdict): HTMLElement =>
  make('li', {}, make('div', { class: 'line' }, name, badge(verdict)), ...words(verdict));

/** Brings an element of the page into sight and draws a line around it, without a change to it. */
const show = (element: Element): void => {
  element.scrollIntoView({ block: 'center', behavior: 'smooth' });
  element.animate([{ outline: '4px solid #0b7bff', outlineOffset: '4px' }, { outline: '4px solid #0b7bff00', outlineOffset: '4px' }], 2500);
};

const pointer = (name: string, element: Element): HTMLElement => {
  const button = make('button', { type: 'button', class: 'plain name', title: 'Show it on the page' }, name);
  button.addEventListener('click', () => show(element));
  return button;
};

export const factItems = (): Node[] => facts().map((fact) => item(make('span', { class: 'name' }, fact.name), fact));

export const placeItems = (mine: Element): Node[] => examine(mine).map((finding) => item(pointer(finding.name, finding.element), finding));

/** What the page has reported itself: the visit, and opt-ins on its own forms. */
export const seenItems = (): Node[] =>
  seen
    .filter(({ form }) => form?.id !== own)
    .map(({ type, form }) =>
      make('li', {}, type === 'click' ? 'This visit' : `An opt-in on ${form?.id ? `the form ${form.id}` : 'a form'}`, ', sent as a test'),
    );
