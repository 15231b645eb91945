// The owner's desk. Everything on it is there without this script; the script puts times and numbers into the reader's own
// way of writing, and offers to copy.
import { enhance } from "./enhance"
import { decideByKey } from "./review"
import { followEvents } from "./eventlog"
import { foldMenu } from "./menu"

foldMenu()
enhance(document.body)
followEvents()
decideByKey()
