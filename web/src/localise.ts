import { ago } from "./ago"

const parts = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const
const moment = new Intl.DateTimeFormat(undefined, parts)
const momentOfAnotherYear = new Intl.DateTimeFormat(undefined, { ...parts, year: "numeric" })
const momentInFull = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" })
// A day of the calendar is no moment: read as UTC and written as UTC it stays the same day everywhere.
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" })
const number = new Intl.NumberFormat()

/** Writes times and numbers as the reader does. Without it times are in UTC and numbers in English. */
export function localise(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>("time")) writeTime(time)
  for (const data of root.querySelectorAll<HTMLDataElement>("data")) data.textContent = number.format(Number(data.value))
}

function writeTime(time: HTMLTimeElement): void {
  const at = new Date(time.dateTime)
  if (Number.isNaN(at.valueOf())) return
  if (isDay(time)) {
    time.textContent = writeDay(time.dateTime)
    return
  }
  time.textContent = (time.dataset.ago !== undefined && ago(at)) || (isThisYear(at) ? moment : momentOfAnotherYear).format(at)
  time.title = momentInFull.format(at)
}

/** Writes a day such as 2026-11-23. */
export function writeDay(text: string): string {
  return day.format(new Date(text))
}

function isThisYear(at: Date): boolean {
  return at.getFullYear() === new Date().getFullYear()
}

function isDay(time: HTMLTimeElement): boolean {
  return time.dateTime.length === "2026-11-23".length
}
