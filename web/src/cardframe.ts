// Stands in the card: tells the page around how high the card is and what it is called, and nothing else.
import { localise } from "./localise"

localise(document.body)
if (parent !== window) {
  new ResizeObserver(() => parent.postMessage({ tributaryCard: document.body.offsetHeight, title: document.title }, "*")).observe(document.body)
}
