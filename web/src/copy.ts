import { announce } from "./announce"

/** Shows the copy buttons, where the browser can copy. */
export function offerCopy(root: ParentNode): void {
  // There is no clipboard on a page that was not loaded over https.
  if (!("clipboard" in navigator)) return
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false
    button.addEventListener("click", () => void copy(button))
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "")
    flash(button, document.documentElement.dataset.copied)
  } catch {
    flash(button, document.documentElement.dataset.copyFailed)
  }
}

function flash(button: HTMLButtonElement, text = ""): void {
  const label = button.textContent
  button.textContent = text
  announce(text)
  setTimeout(() => (button.textContent = label), 2000)
}
