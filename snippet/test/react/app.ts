import { createElement, useState } from 'react';
import type { ChangeEvent, ReactElement } from 'react';

/** A page whose form renders anew with every key pressed, and can be thrown away and made again. */
export const App = (): ReactElement => {
  const [round, setRound] = useState(0);
  return createElement(
    'main',
    null,
    createElement(Form, { key: round, round }),
    createElement(
      'button',
      {
        id: 'again',
        type: 'button',
        onClick: () => {
          setRound(round + 1);
        },
      },
      'Again',
    ),
  );
};

const Form = ({ round }: { round: number }): ReactElement => {
  const [email, setEmail] = useState('');
  const typed = (event: ChangeEvent<HTMLInputElement>) => {
    setEmail(event.target.value);
  };
  return createElement(
    'form',
    { id: 'react', method: 'post', action: '/vendor', 'data-round': round },
    createElement('input', { type: 'email', name: 'email', value: email, onChange: typed }),
    email && createElement('p', { id: 'echo' }, `We shall write to ${email}`),
    createElement('button', null, 'Send'),
  );
};
