import type { Person } from './person';

/** The person in what a form tool hands out, by the names of its fields. Anything may stand there. */
export const personIn = (values: (readonly [name: string, value: unknown])[]): Person => {
  const find = (hint: RegExp, value = /./) => {
    const found = values.find(([name, text]) => hint.test(name) && typeof text === 'string' && value.test(text));
    return (found?.[1] as string | undefined)?.trim().slice(0, 200);
  };
  return {
    email: find(/email$/i, /\S@\S+\.\S/),
    first_name: find(/first_?name$/i),
    last_name: find(/last_?name$/i),
    phone: find(/phone/i),
  };
};
