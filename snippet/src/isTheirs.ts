/** Whether an address or origin is one of EverWebinar's. */
export const isTheirs = (address: string): boolean => WEBINAR_HOSTS.includes(address.split('/')[2]);
