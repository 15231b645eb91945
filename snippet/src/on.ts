import { quiet } from './quiet';

/** Listens in the capture phase: before the page's own listeners, and out of reach of their stopPropagation. */
export const on = (type: string, hear: (event: never) => void, target: EventTarget = window): void => {
  target.addEventListener(type, quiet(hear) as EventListener, true);
};
