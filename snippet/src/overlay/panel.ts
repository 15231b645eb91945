import { quiet } from '../quiet';
import { factItems, placeItems, seenItems } from './items';
import { make } from './make';
import { trialForm } from './trialForm';

export interface Panel {
  element: HTMLElement;
  close: HTMLElement;
  draw: () => void;
}

const list = (fill: () => Node[], empty = ''): { element: HTMLElement; draw: () => void } => {
  const element = make('ul');
  const draw = quiet(() => {
    const items = fill();
    element.replaceChildren(...(items.length || !empty ? items : [make('li', { class: 'note' }, empty)]));
  });
  return { element, draw };
};

/** The whole of what is shown, and how to bring it up to date. What somebody is typing in stays as it is. */
export const panel = (host: Element): Panel => {
  const close = make('button', { type: 'button', 'aria-label': 'Close the test panel' }, 'Close');
  const lists = [
    list(factItems),
    list(() => placeItems(host), 'No form and no frame on this page as yet.'),
    list(seenItems, 'Nothing as yet.'),
  ];
  const [page, forms, sent] = lists.map(({ element }) => element);
  const note = 'Nothing on this page view counts. Forms are filled in as always, and what you send with them reaches your form tool for real; Tributary takes it as a test.';
  const element = make(
    'section',
    { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1' },
    make('header', {}, make('h2', { id: 'title' }, 'Tributary test'), close),
    make(
      'div',
      { class: 'body' },
      make('p', { class: 'note' }, note),
      make('h3', {}, 'This page'),
      page,
      make('h3', {}, 'Forms and frames'),
      forms,
      make('h3', {}, 'Try it'),
      trialForm(),
      make('h3', {}, 'Sent from this page'),
      sent,
    ),
  );
  return { element, close, draw: () => lists.forEach(({ draw }) => draw()) };
};
