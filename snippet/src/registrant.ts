import type { Person } from './person';

export type Registrant = Person & { email: string };

/** The person that EverWebinar names in the address of a thank-you page. */
export const registrant = (params: URLSearchParams): Registrant => {
  const given = (name: string): string => (params.get(`wj_lead_${name}`) ?? '').trim().slice(0, 200);
  return {
    email: given('email'),
    first_name: given('first_name'),
    last_name: given('last_name'),
    phone: given('phone_country_code') + given('phone_number'),
  };
};
