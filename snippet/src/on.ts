import { quiet } from './quiet';

/** Listens in the capture phase: before the page's own listeners, and out of reach of their stopPropagation. */
export const on = (target: EventTarget, type: string, hear: (event: never) => void): void => {
  target.addEventListener(type, quiet(hear) as EventListener, true);
};
