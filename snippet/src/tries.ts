/** The submits of claimed forms that their tool has not told of yet, the oldest first, by the key of their event in the queue. */
export const tries = new Map<string, Element>();
