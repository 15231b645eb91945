// Coming in, and the first run: passkeys, and the page that waits for the first visit. The other pages need none of it.
import { awaitArrivals } from "./arrivals"
import { offerPasskeys } from "./passkey"

offerPasskeys(document.body)
awaitArrivals()
