import { localise } from "./localise"

const often = 20_000

/** Lets "2 minutes ago" grow older while the page is open. */
export function growOlder(): void {
  setInterval(() => localise(document.body), often)
}
