/** Nothing particular yet. */
export const webflow = (): void => undefined;
