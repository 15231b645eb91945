/** Tells screen readers, politely. The place it writes to is never swapped: a live region has to be there beforehand. */
export function announce(text: string): void {
  const region = document.getElementById("announcement")
  if (region) region.textContent = text
}
