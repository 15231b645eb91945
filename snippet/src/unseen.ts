/** The nodes that we have yet to look into, each once, however much has changed in it. */
export const unseen = new Set<Node>();
