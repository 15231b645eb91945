/** Who opted in, as far as it is known. */
export interface Person {
  email?: string | undefined;
  first_name?: string | undefined;
  last_name?: string | undefined;
  phone?: string | undefined;
}
