/**
 * One key for each decision. A key presses the button or link that names it in data-key, or the link inside of what does, so
 * that nothing can be done by key that cannot be done by hand.
 */
export function decideByKey(): void {
  if (!document.querySelector("[data-review], [data-key]")) return
  document.addEventListener("keydown", press)
  countDown()
}

function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return
  if (event.key === "?") toggleHelp()
  else control(event.key)?.click()
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select") !== null
}

function control(key: string): HTMLElement | undefined {
  const all = [...document.querySelectorAll<HTMLElement>("[data-key]")]
  const named = all.find((e) => e.dataset.key?.split(" ").includes(key))
  return named?.querySelector("a") ?? named
}

function toggleHelp(): void {
  const help = document.querySelector<HTMLDetailsElement>("#keyhelp")
  if (help) help.open = !help.open
}

/** The offer to take a credit back goes when it cannot be kept any more. */
function countDown(): void {
  const button = document.querySelector<HTMLButtonElement>("#undo[data-seconds]")
  if (!button) return
  const words = button.dataset.left ?? ""
  const until = Date.now() + Number(button.dataset.seconds) * 1000
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000)
    if (left > 0) button.replaceChildren(words.replace("{seconds}", String(left)))
    else {
      clearInterval(timer)
      button.closest("form")?.remove()
    }
  }, 250)
}
