/** A page in some browser, driven as a person would. What the three drivers have in common, and no more. */
export interface Engine {
  open: (url: string) => Promise<void>;
  /** The value of an expression in the page. */
  read: <T>(expression: string) => Promise<T>;
  /** Types into a field, key by key. */
  type: (selector: string, text: string) => Promise<void>;
  /** Presses Enter in a field. */
  enter: (selector: string) => Promise<void>;
  click: (selector: string) => Promise<void>;
}

/** A browser that is running. */
export interface Running {
  /** A page that shares no cookies and no storage with those before it. */
  fresh: () => Promise<Engine & { close: () => Promise<void> }>;
  stop: () => Promise<void>;
}
