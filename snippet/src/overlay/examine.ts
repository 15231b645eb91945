import { quiet } from '../quiet';
import { own } from '../own';
import { closedVerdict } from './closedVerdict';
import { formVerdict } from './formVerdict';
import { frameVerdict } from './frameVerdict';
import { places } from './places';
import type { Verdict } from './verdict';

export interface Finding extends Verdict {
  element: Element;
  name: string;
}

const named = (kind: string, name: string): string => (name ? `${kind} ${name.slice(0, 60)}` : kind);

const formName = (form: Element): string => own(form, 'id') || own(form, 'name') || (form.getAttribute('class') ?? '');

const frameName = ({ src, id }: HTMLIFrameElement): string => (/^https?:/.test(src) ? new URL(src).host : id);

const look = (element: Element): Finding | undefined => {
  if (element.localName === 'iframe') {
    const frame = element as HTMLIFrameElement;
    const verdict = frameVerdict(frame);
    return verdict && { ...verdict, element, name: named('Frame', frameName(frame)) };
  }
  const verdict = closedVerdict(element);
  return verdict && { ...verdict, element, name: `<${element.localName}>` };
};

/** A form by what it is, not by a name that one of its controls may hide. */
const isForm = (element: Element): boolean => Object.prototype.toString.call(element) === '[object HTMLFormElement]';

/** A verdict for each form, known frame and closed place of the page, in its order. */
export const examine = (mine: Element): Finding[] =>
  places(mine).flatMap(
    (element) =>
      quiet(() =>
        isForm(element) ? { ...formVerdict(element), element, name: named('Form', formName(element)) } : look(element),
      )() ?? [],
  );
