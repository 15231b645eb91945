interface Try {
  form: Element;
  /** The key of its event in the queue. */
  key: string;
}

/** The forms whose success a tool tells, and the submits of them that it has not told of yet, the oldest first. */
export const claims = { claimed: [] as string[], tries: [] as Try[] };
