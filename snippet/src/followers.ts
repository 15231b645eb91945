/** What wants to know when the touch may have changed, or we may go on or must stop. refill tells them. */
export const followers: (() => void)[] = [];
