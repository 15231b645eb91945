import { consentMode } from './consentMode';
import { on } from './on';
import { quiet } from './quiet';
import { refuse } from './refuse';
import { tcf } from './tcf';

interface Managers {
  __tcfapi: Parameters<typeof tcf>[0];
  dataLayer: Parameters<typeof consentMode>[0];
}

/** A manager of the page's that is not there yet is once the page has loaded, or never. */
const meet = <K extends keyof Managers>(name: K, listen: (manager: Managers[K]) => void): void => {
  const look = (): true => {
    listen((window as unknown as Managers)[name]);
    return true;
  };
  if (!quiet(look)()) on('load', look);
};

/** Lets the browser's Global Privacy Control and the page's consent managers speak for the visitor. */
export const follow = (): void => {
  if ((navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl) refuse();
  else {
    meet('__tcfapi', tcf);
    meet('dataLayer', consentMode);
  }
};
