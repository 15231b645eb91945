import { writeDay } from "./localise"

/**
 * Says above the chart what the day under the pointer holds: a picture's own tooltip is slow, and never comes on a
 * phone. Without a day it says again what the server wrote.
 */
export function readChart(root: ParentNode): void {
  const chart = root.querySelector<SVGElement>("#chart")
  const readout = root.querySelector<HTMLElement>("#readout")
  if (!chart || !readout) return
  const standing = [...readout.childNodes]
  const show = (event: Event) => readout.replaceChildren(...(textOf(event.target) ?? standing))
  chart.addEventListener("pointerover", show)
  chart.addEventListener("pointerdown", show)
  chart.addEventListener("pointerleave", () => readout.replaceChildren(...standing))
}

function textOf(target: EventTarget | null): string[] | null {
  const day = target instanceof Element ? target.closest<SVGElement>("[data-day]") : null
  const heading = day?.ownerSVGElement?.dataset.heading ?? ""
  return day && [heading.replace("{day}", () => writeDay(day.dataset.day ?? "")).replace("{counts}", () => day.dataset.counts ?? "")]
}
