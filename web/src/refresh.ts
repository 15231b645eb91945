import { announce } from "./announce"
import { enhance } from "./enhance"

let running = false
let again = false

/** Fetches the current page and puts it in place. Changes that come meanwhile are one more round, not many at once. */
export async function refresh(): Promise<void> {
  again = running
  if (running) return
  running = true
  try {
    await load()
  } catch {
    // The line is down. The stream notices that too, and asks again when it is back.
  }
  running = false
  if (again) await refresh()
}

async function load(): Promise<void> {
  const answer = await fetch("/portal/fragment" + location.search, { credentials: "same-origin", cache: "no-store" })
  if (answer.status === 401) location.reload() // signed out: the page says so
  if (!answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live")
  const old = document.getElementById("live")
  if (fresh && old) swap(old, fresh)
}

function swap(old: HTMLElement, fresh: HTMLElement): void {
  const focused = document.activeElement?.id
  const { scrollX, scrollY } = window
  keepOpen(old, fresh)
  markNew(old, fresh)
  old.replaceWith(fresh)
  enhance(fresh)
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
  window.scrollTo(scrollX, scrollY)
  // Clicks come all day long: only what an affiliate waits for is worth an interruption.
  if (old.dataset.news !== fresh.dataset.news) announce(fresh.dataset.news ?? "")
}

function keepOpen(old: HTMLElement, fresh: HTMLElement): void {
  for (const details of old.querySelectorAll<HTMLDetailsElement>("details[open][id]")) {
    fresh.querySelector<HTMLDetailsElement>("#" + details.id)?.setAttribute("open", "")
  }
}

function markNew(old: HTMLElement, fresh: HTMLElement): void {
  for (const row of fresh.querySelectorAll<HTMLElement>("[data-optin]")) {
    row.classList.toggle("new", !old.querySelector(`[data-optin="${row.dataset.optin}"]`))
  }
}
