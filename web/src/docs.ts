// The manual. Everything in it is there without this script; the script offers to copy what stands in a code block.
import { offerCopy } from "./copy"

offerCopy(document)
