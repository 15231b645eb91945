import { on } from '../on';
import { quiet } from '../quiet';

interface Violation {
  effectiveDirective: string;
  blockedURI?: string;
  blockedURL?: string;
}

const seen: { directive: string; address: string }[] = [];

const note = ({ effectiveDirective, blockedURI, blockedURL }: Violation): void => {
  seen.push({ directive: effectiveDirective, address: blockedURI ?? blockedURL ?? '' });
};

/** Whether the page's content security policy has kept something of an origin out, by a directive such as connect-src. */
export const isBlocked = (directive: string, address: string): boolean =>
  seen.some((one) => one.directive === directive && one.address.startsWith(new URL(address).origin));

/** Listens to what the policy keeps out, and asks for what it has kept out before. */
export const watchPolicy = (changed: () => void): void => {
  on('securitypolicyviolation', (violation: SecurityPolicyViolationEvent) => {
    note(violation);
    changed();
  });
  if (!('ReportingObserver' in window)) return;
  const hear = (reports: Report[]): void => {
    reports.forEach(({ body }) => note(body as never));
    changed();
  };
  new ReportingObserver(quiet(hear), { types: ['csp-violation'], buffered: true }).observe();
};
