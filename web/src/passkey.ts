/** Shows what needs passkeys, where the browser has them, and asks it for one when its button is pressed. */
export function offerPasskeys(root: ParentNode): void {
  // Browsers have them on secure pages only; the newer ones read the options by themselves.
  if (!("PublicKeyCredential" in window) || !("parseRequestOptionsFromJSON" in PublicKeyCredential)) return
  for (const offer of root.querySelectorAll<HTMLElement>("[data-passkey]")) {
    offer.hidden = false
    offer.querySelector("button")?.addEventListener("click", () => void ask(offer))
  }
}

interface Asked {
  token: string
  options: PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON
}

async function ask(offer: HTMLElement): Promise<void> {
  const button = offer.querySelector("button")
  if (button) button.disabled = true
  say(offer, "")
  try {
    await finish(offer)
  } catch (error) {
    say(offer, (error instanceof Refused && error.message) || inWords(error, alertOf(offer)?.dataset ?? {}))
  }
  if (button) button.disabled = false
}

async function finish(offer: HTMLElement): Promise<void> {
  const path = offer.dataset.passkey ?? ""
  const asked = (await post(path + "/begin", {})) as Asked
  const credential = await (offer.dataset.make === undefined ? shown(asked) : made(asked))
  const name = offer.querySelector("input")?.value
  const answer = await post(path, { token: asked.token, name, next: offer.dataset.next, answer: credential?.toJSON() })
  location.assign((answer as { next: string }).next)
}

async function shown(asked: Asked): Promise<PublicKeyCredential | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.options)
  return (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null
}

async function made(asked: Asked): Promise<PublicKeyCredential | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked.options)
  return (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null
}

/** What the server has refused, in its own words if it has any. */
class Refused extends Error {}

async function post(path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } })
  if (answer.ok) return answer.json()
  if (answer.status === 401) location.reload() // signed out: the page says so
  const told = (await answer.json().catch(() => ({}))) as { error?: string }
  throw new Refused(told.error)
}

/** The words are the page's: attributes of the place where they are said. */
function inWords(error: unknown, words: DOMStringMap): string {
  const name = error instanceof DOMException ? error.name : ""
  if (error instanceof Refused) return words.failed ?? ""
  if (name === "NotAllowedError") return words.cancelled ?? ""
  if (name === "InvalidStateError") return words.hasOne ?? ""
  return words.unusable ?? ""
}

function alertOf(offer: HTMLElement): HTMLElement | null {
  return offer.querySelector<HTMLElement>("[role=alert]")
}

function say(offer: HTMLElement, text: string): void {
  const place = alertOf(offer)
  if (!place) return
  place.hidden = text === ""
  place.textContent = text
}
