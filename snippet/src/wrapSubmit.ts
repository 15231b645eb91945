import { quiet } from './quiet';
import { state } from './state';
import { submitted } from './submitted';

/**
 * form.submit() fires no submit event, so the method itself is wrapped. A prototype that is frozen stays as it is: then
 * read.ts has to make do with the formdata event.
 */
export const wrapSubmit = /* @__PURE__ */ quiet(({ HTMLFormElement: { prototype } }: typeof window): void => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the form below
  const submit = prototype.submit;
  const wrapped = function (this: HTMLFormElement): void {
    quiet(submitted)(this);
    submit.call(this);
  };
  if (!Reflect.set(prototype, 'submit', wrapped)) state.deaf = true;
});
