import { fieldsOf } from '../fieldsOf';
import { frameUrl } from '../frameUrl';

/** Typeform takes hidden fields out of the fragment. Its message of a success names nobody, so nothing is made of it. */
export const typeform = (): void => frameUrl({ host: /(^|\.)typeform\.com$/, mark: '#', values: fieldsOf });
