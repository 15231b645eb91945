/** What we have yet to look at. Nothing stands here twice, however often it changes. */
export const unseen = new Set<Element>();
