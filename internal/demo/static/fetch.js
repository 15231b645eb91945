import { showReceipt } from "./receipt.js";

const form = document.querySelector("form.signup");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  showReceipt(form, await send().catch(() => ({ error: "The form vendor could not be reached." })));
});

async function send() {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new FormData(form),
  });
  return answer.json();
}
