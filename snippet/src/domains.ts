/** The domains that the page's host belongs to, the widest that may be a site's first. */
export const domains = (): string[] => location.hostname.split('.').map((_, i, labels) => labels.slice(-2 - i).join('.'));
