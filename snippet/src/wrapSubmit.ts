import { quiet } from './quiet';
import { submitted } from './submitted';

/**
 * form.submit() fires no submit event, so the method itself is wrapped. On a frozen prototype that fails: the form then
 * still gets its fields by its formdata event, but is not reported.
 */
export const wrapSubmit = ({ prototype }: typeof HTMLFormElement): void => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the form below
  const submit = prototype.submit;
  prototype.submit = function (this: HTMLFormElement): void {
    quiet(submitted)(this);
    submit.call(this);
  };
};
