/** An address with one more parameter. All else stays letter for letter: to build a query anew would write it otherwise. */
export const withParam = (address: string, param: string): string =>
  address.replace(/(?=#)|$/, (address.includes('?') ? '&' : '?') + param);
