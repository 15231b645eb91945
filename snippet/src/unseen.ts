/** Elements that we have yet to look at. */
export const unseen: Iterator<Element>[] = [];
