/** Wraps what may fail on a page that we do not know. Nothing of ours may ever throw into it or write to its console. */
export const quiet =
  <A extends unknown[], R>(work: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return work(...args);
    } catch {
      return undefined;
    }
  };
