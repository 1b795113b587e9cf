/** The line between pictures and directions: who drags it gives one of them more room. */

import { h, on, type Scope } from "./dom";

/** Each side keeps this much, in pixels. */
const LEAST = 300;
/** Between the two sides, in pixels. */
const GAPS = 24;
/** How far a key moves it. */
const STEP = 24;

/** `area`: what is split; `left`: its left part, which is as wide as `--sefa-split` says. */
export function createSplit(scope: Scope, area: HTMLElement, left: HTMLElement): HTMLElement {
  const line = h("div", { class: "sefa-split", role: "separator", tabindex: "0" });
  line.setAttribute("aria-orientation", "vertical");
  line.setAttribute("aria-label", "Width of the pictures");
  line.title =
    "Drag, or press the arrow keys, to give pictures or sliders more room; a double click resets it";
  const set = (width: number) => {
    const most = area.getBoundingClientRect().width - LEAST - GAPS;
    const next = Math.round(Math.max(LEAST, Math.min(most, width)));
    area.style.setProperty("--sefa-split", `${next}px`);
    line.setAttribute("aria-valuenow", String(Math.round((100 * next) / (most + LEAST + GAPS))));
  };
  line.setAttribute("aria-valuenow", "40");
  const width = () => left.getBoundingClientRect().width;
  let from: readonly [x: number, width: number] | null = null;
  on(scope, line, "pointerdown", (event) => {
    if (event.button !== 0) return;
    line.setPointerCapture(event.pointerId);
    from = [event.clientX, width()];
    event.preventDefault();
    line.focus({ preventScroll: true });
  });
  on(scope, line, "pointermove", (event) => {
    if (from) set(from[1] + event.clientX - from[0]);
  });
  for (const end of ["pointerup", "pointercancel"] as const) on(scope, line, end, () => (from = null));
  on(scope, line, "dblclick", () => area.style.removeProperty("--sefa-split"));
  on(scope, line, "keydown", (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    set(width() + by);
  });
  return line;
}
