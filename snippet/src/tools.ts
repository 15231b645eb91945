/** Starts what the form tools on this site's pages need. bundle.go writes this file anew for each site. */
export const tools = (): void => undefined;
