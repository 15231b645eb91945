/** Closes the navigation on a phone, where it would stand before the page. Without the script it stays open. */
export function foldMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu")
  const narrow = matchMedia("(max-width: 56rem)")
  const fit = () => {
    if (menu) menu.open = !narrow.matches
  }
  narrow.addEventListener("change", fit)
  fit()
}
