import { kept } from './kept';
import type { Touch } from './touch';

/** The touch that earns by the site's rule, whatever its age: the collector says of an old one why it does not count. */
export const earning = (): Touch | undefined => (FIRST_EARNS ? kept().first : kept().latest);
