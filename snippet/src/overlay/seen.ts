import type { Happening } from '../happening';

/** What was reported of this view of the page, all of it marked as a test. */
export const seen: Happening[] = [];

export const hearers: (() => void)[] = [];

/** Notes what is reported. */
export const see = (happening: Happening): void => {
  seen.push(happening);
  hearers.forEach((hear) => setTimeout(hear));
};
