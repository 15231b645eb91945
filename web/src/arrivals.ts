/** Loads the page again as soon as the server tells of something new: for pages on which somebody waits for it. */
export function awaitArrivals(): void {
  const place = document.querySelector<HTMLElement>("[data-live]")
  if (!place || !("EventSource" in window)) return
  const source = new EventSource(`${place.dataset.live}?since=${encodeURIComponent(place.dataset.version ?? "")}`)
  source.addEventListener("changed", () => location.reload())
  // A page in the browser's cache of pages must not hold a connection, and is loaded anew when it comes back.
  window.addEventListener("pagehide", () => source.close())
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload()
  })
}
