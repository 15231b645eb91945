import { quiet } from '../quiet';
import { words } from './items';
import { make } from './make';
import { trial } from './trial';

/** The button that sends a test opt-in, and what came of it. */
export const trialForm = (): HTMLElement => {
  const email = make('input', { type: 'email', id: 'email', value: 'test@example.com', autocomplete: 'off', required: '' });
  const result = make('div', { role: 'status' });
  const send = make('button', { class: 'send' }, 'Send a test opt-in');
  const form = make(
    'form',
    { 'data-tributary': 'off' },
    make('label', { for: 'email' }, 'E-mail of the test'),
    make('div', { class: 'row' }, email, send),
    result,
  );
  const tell = async (): Promise<void> => {
    result.textContent = 'Sending …';
    const verdict = await trial(email.value);
    result.replaceChildren(make('p', { class: `badge ${verdict.level}`, 'data-sign': '' }, verdict.badge), ...words(verdict));
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void quiet(tell)();
  });
  return form;
};
