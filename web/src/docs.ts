// The manual. Everything in it is there without this script; the script offers to copy what stands in a code block, and
// brings the present page into view in a contents list that is longer than the window.
import { offerCopy } from "./copy"

offerCopy(document)

const here = document.querySelector<HTMLElement>("nav.contents [aria-current]")
const contents = here?.closest("nav")
if (here && contents) contents.scrollTop = here.offsetTop - contents.clientHeight / 2
