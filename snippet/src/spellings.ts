/** Names that form tools give to the field for the affiliate, in lower case; one form's own are led by its id. */
export const spellings: string[] = [];
