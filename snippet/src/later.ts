import { state } from './state';

/** Does something once consent is granted, and never where it is refused. */
export const later = (act: () => void): void => {
  state.later?.push(act);
};
