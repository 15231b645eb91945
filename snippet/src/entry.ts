import { quiet } from './quiet';

/** How this page was opened, as the browser tells. */
export const entry = quiet(
  () => performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined,
)();
