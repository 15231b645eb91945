/** Selectors of the forms whose success a tool tells. */
export const claimed: string[] = [];
