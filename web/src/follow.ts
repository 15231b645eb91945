import { refresh } from "./refresh"

/** Where the page stands with the server: shown beside the name of the page. */
type Line = "live" | "lost"

const firstRetry = 5_000
const longestRetry = 60_000

let source: EventSource | undefined
let timer: ReturnType<typeof setTimeout> | undefined
let wait = firstRetry

/** Keeps the page current while somebody can see it. A page in the background holds no connection. */
export function follow(): void {
  if (!page() || !("EventSource" in window)) return
  document.addEventListener("visibilitychange", update)
  window.addEventListener("pagehide", disconnect)
  window.addEventListener("pageshow", update)
  update()
}

function update(): void {
  if (document.hidden) disconnect()
  else connect()
}

function connect(): void {
  const live = page()
  if (source || !live) return
  source = new EventSource("/portal/live?since=" + encodeURIComponent(live.dataset.version ?? ""))
  source.addEventListener("open", () => say("live"))
  source.addEventListener("changed", () => void refresh())
  source.addEventListener("error", recover)
}

// The browser reconnects by itself when a stream ends. It gives up when the answer was an error, such as "too many": then
// it is for us to try again, ever more slowly.
function recover(): void {
  say("lost")
  if (source?.readyState !== EventSource.CLOSED) return
  disconnect()
  timer = setTimeout(update, wait)
  wait = Math.min(wait * 2, longestRetry)
}

function disconnect(): void {
  clearTimeout(timer)
  source?.close()
  source = undefined
}

function say(line: Line): void {
  if (line === "live") wait = firstRetry
  const sign = document.getElementById("line")
  if (!sign) return
  sign.hidden = false
  sign.dataset.line = line
  sign.textContent = (line === "live" ? sign.dataset.whenLive : sign.dataset.whenLost) ?? ""
}

function page(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#live[data-version]")
}
