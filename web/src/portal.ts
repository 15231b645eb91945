// The affiliate's page. Everything on it is there without this script; the script puts times and numbers into the
// reader's own way of writing, offers to copy, and keeps the page current.
import { enhance } from "./enhance"
import { follow } from "./follow"
import { growOlder } from "./grow"

enhance(document.body)
follow()
growOlder()
