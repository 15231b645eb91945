// The link builder. It is a form that the server answers; the script sends it while one types.
import { enhance } from "./enhance"

const pause = 250
let latest = 0

enhance(document.body)
const form = document.querySelector<HTMLFormElement>("#builder")
form?.addEventListener("input", () => {
  const turn = ++latest
  setTimeout(() => { if (turn === latest) void rebuild(form, turn) }, pause)
})

async function rebuild(form: HTMLFormElement, turn: number): Promise<void> {
  const address = form.action + "?" + query(form)
  try {
    const answer = await fetch(address, { credentials: "same-origin" })
    if (answer.ok && turn === latest) show(await answer.text(), address)
  } catch {
    // The line is down: the button still sends the form.
  }
}

function query(form: HTMLFormElement): string {
  const fields = [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== "")
  return new URLSearchParams(fields).toString()
}

function show(html: string, address: string): void {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("built")
  if (!fresh) return
  document.getElementById("built")?.replaceWith(fresh)
  enhance(fresh)
  history.replaceState(null, "", address) // a reload shows the same
}
