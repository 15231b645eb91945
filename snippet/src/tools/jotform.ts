import { fieldsOf } from '../fieldsOf';
import { frameUrl } from '../frameUrl';

/** JotForm takes fields by name out of the query. Its message of a success names nobody, so nothing is made of it. */
export const jotform = (): void => frameUrl({ host: /(^|\.)jotform\.com$/, mark: '?', values: fieldsOf });
