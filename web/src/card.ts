// Stands in the owner's own page, as a guest: it puts the card's frame behind its script tag, and gives it the height that
// the card asks for.
const tag = document.currentScript

if (tag instanceof HTMLScriptElement) {
  const frame = document.createElement("iframe")
  frame.src = tag.src.replace(/\/card\.js([?#].*)?$/, "")
  frame.title = tag.dataset.title ?? "Tributary"
  frame.width = "100%"
  frame.height = "240"
  frame.style.border = "0"
  tag.after(frame)
  const origin = new URL(frame.src).origin
  addEventListener("message", (event: MessageEvent<{ tributaryCard?: unknown; title?: unknown } | null>) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return
    const height = event.data?.tributaryCard
    if (typeof height === "number" && height > 0 && height < 2000) frame.height = String(Math.ceil(height))
    if (tag.dataset.title === undefined && typeof event.data?.title === "string") frame.title = event.data.title
  })
}
