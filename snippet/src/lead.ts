/** Leads the names of our entries in localStorage. An event's id follows. */
export const lead = `${COOKIE}:${SITE}:`;
