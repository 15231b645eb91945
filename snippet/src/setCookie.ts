import { cookies } from './cookies';
import { domains } from './domains';
import { quiet } from './quiet';

/**
 * Writes our cookie on the widest domain that the browser accepts, and says whether it stuck. Browsers refuse public
 * suffixes (co.uk) and foreign domains without a word, so the shortest is tried first and each try is read back: every
 * value is new, as it holds the time of a touch. The last try names no domain, which is all that an IP or localhost has.
 * What is no attribute is ignored: over http, ":ecure" in place of "secure". With an age of 0 nothing can be read back, so all domains are tried: that is how the cookie is erased.
 */
export const setCookie = quiet((value: string, maxAge: number): boolean =>
  [...domains(), ''].some((domain) => {
    document.cookie = `${COOKIE}=${value};path=/;samesite=lax;max-age=${maxAge};domain=${domain};${location.protocol[4]}ecure`;
    return cookies(COOKIE).includes(value);
  }),
);
