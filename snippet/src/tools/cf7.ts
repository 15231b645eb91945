import { claim } from '../claim';
import { on } from '../on';
import { settle } from '../settle';
import { within } from '../within';

/** Contact Form 7 tells by events on the form, or in old versions on the element around it. */
export const cf7 = (): void => {
  claim('.wpcf7-form');
  ['mailsent', 'invalid', 'spam', 'mailfailed'].forEach((how, i) => {
    on(`wpcf7${how}`, ({ target }: { target: Element }) => {
      const form = within(target, 'form') ?? target.querySelector('form');
      if (form) settle(!i, form);
    });
  });
};
