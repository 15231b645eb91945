import { announce } from "./announce"
import { localise } from "./localise"

const atMost = 30_000

/**
 * Keeps the log of events current: the server says when there is something new, and the page is fetched again. With Pause
 * the rows stand still, so that one can be read. Without this script there is a link that loads the page again.
 */
export function followEvents(): void {
  const feed = document.querySelector<HTMLElement>("#feed[data-live]")
  const button = document.querySelector<HTMLButtonElement>("#pause")
  if (!feed || !button || !("EventSource" in window)) return
  new EventLog(feed, button)
}

class EventLog {
  private source: EventSource | undefined
  private paused = false
  private wait = 1000
  private timer: ReturnType<typeof setTimeout> | undefined
  private loading = false
  private again = false

  constructor(
    private feed: HTMLElement,
    private readonly button: HTMLButtonElement,
  ) {
    button.hidden = false
    document.getElementById("reload")?.remove()
    button.addEventListener("click", () => this.toggle())
    document.addEventListener("visibilitychange", () => this.update())
    window.addEventListener("pagehide", () => this.close())
    window.addEventListener("pageshow", () => this.update())
    this.update()
  }

  private toggle(): void {
    this.paused = !this.paused
    this.button.setAttribute("aria-pressed", String(this.paused))
    const words = this.button.dataset
    this.button.textContent = (this.paused ? words.goOn : words.pause) ?? ""
    announce((this.paused ? words.still : words.moving) ?? "")
    this.update()
  }

  private update(): void {
    if (document.hidden || this.paused) this.close()
    else this.open()
  }

  private open(): void {
    if (this.source) return
    this.source = new EventSource(`${this.feed.dataset.live}?since=${encodeURIComponent(this.feed.dataset.version ?? "")}`)
    this.source.addEventListener("open", () => this.say("live"))
    this.source.addEventListener("changed", (e) => void this.load(e.data as string))
    this.source.addEventListener("error", () => this.recover())
  }

  private recover(): void {
    this.say("lost")
    if (this.source?.readyState !== EventSource.CLOSED) return
    this.close()
    this.timer = setTimeout(() => this.update(), this.wait)
    this.wait = Math.min(this.wait * 2, atMost)
  }

  private close(): void {
    clearTimeout(this.timer)
    this.source?.close()
    this.source = undefined
    if (this.paused) this.say("paused")
  }

  private say(line: "live" | "lost" | "paused"): void {
    if (line === "live") this.wait = 1000
    const sign = document.getElementById("line")
    if (!sign) return
    sign.hidden = false
    sign.dataset.line = line
    const words = this.button.dataset
    sign.textContent = { live: words.lineLive, lost: words.lineLost, paused: words.linePaused }[line] ?? ""
  }

  /** Changes that come while the page is fetched are one more round, not many at once. */
  private async load(version: string): Promise<void> {
    this.again = this.loading
    if (this.loading) return
    this.loading = true
    try {
      await this.fetch(version)
    } catch {
      // The line is down: the stream notices that too, and asks again when it is back.
    }
    this.loading = false
    if (this.again) await this.load(version)
  }

  private async fetch(version: string): Promise<void> {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" })
    if (answer.status === 401) location.reload()
    if (!answer.ok || this.paused) return
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>("#feed")
    if (fresh) this.swap(fresh, version)
  }

  private swap(fresh: HTMLElement, version: string): void {
    if (this.feed.contains(document.activeElement)) return // somebody is on a row: it must not go from under them
    for (const row of fresh.querySelectorAll<HTMLElement>("[data-event]")) {
      row.classList.toggle("new", !this.feed.querySelector(`[data-event="${row.dataset.event}"]`))
    }
    fresh.dataset.version = version
    this.feed.replaceWith(fresh)
    this.feed = fresh
    localise(fresh)
  }
}
