/** An address without its query and fragment, which may hold personal data. So may a mailto: nothing is left of that. */
export const bare = (address: string): string | undefined => /^http[^?#]{0,500}/.exec(address)?.[0];
