// In the language of the page, because it stands in its sentences.
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" })
const minute = 60_000

/** Says how long ago a moment was, such as "2 minutes ago", while that says more than its date; "" later. */
export function ago(at: Date): string {
  const minutes = Math.floor((Date.now() - at.valueOf()) / minute)
  if (minutes < 1) return relative.format(0, "second")
  if (minutes < 60) return relative.format(-minutes, "minute")
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), "hour")
  return ""
}
