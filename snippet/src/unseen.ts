/** A node in which something has changed, and what came into it. */
export type Change = Pick<MutationRecord, 'target'> & { addedNodes: Iterable<Node> };

/** What we have yet to look at, as the observer was told of it. */
export const unseen: (readonly Change[])[] = [];
