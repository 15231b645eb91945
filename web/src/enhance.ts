import { localise } from "./localise"
import { offerCopy } from "./copy"
import { readChart } from "./chart"

/** Makes a part of the page ready: at the start, and again for what has been swapped in. */
export function enhance(root: ParentNode): void {
  localise(root)
  offerCopy(root)
  readChart(root)
}
