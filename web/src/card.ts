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
  const hear = ({ tributaryCard: height, title }: { tributaryCard?: unknown; title?: unknown }): void => {
    if (typeof height === "number" && height > 0 && height < 2000) frame.height = String(Math.ceil(height))
    if (tag.dataset.title === undefined && typeof title === "string") frame.title = title
  }
  addEventListener("message", (event: MessageEvent<object | null | undefined>) => {
    if (event.source === frame.contentWindow && event.origin === origin) hear(event.data ?? {})
  })
}
