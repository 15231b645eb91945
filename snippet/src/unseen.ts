/** The elements that we have yet to look at, each once, however much has changed in it. */
export const unseen = new Set<Element>();
