/** A lens over a long spectrum: the bars around one direction, wide enough to be told apart and hit. */

import { h, on, type Scope, setAttribute, setProperty } from "./dom";

/** Spectra of more directions have a lens. */
export const LENS_ABOVE = 100;

/** Bars in a lens. */
export const LENS_BARS = 19;

/** What a bar is: of a direction that is moved, that has a row now, or of another. */
export type BarKind = "strong" | "listed" | "rest";

export interface Lens {
  readonly el: HTMLElement;
  /** Draw the bars of a spectrum, as high as they are against the highest one in the lens. */
  draw(values: readonly number[], kindOf: (index: number) => BarKind): void;
  /** Move it so that a direction is in its middle, or as near as the ends let it. */
  move(index: number): void;
  /** Mark the direction that is pointed at; null marks none. */
  mark(index: number | null): void;
}

export interface LensEvents {
  /** A direction is pointed at; null where the pointer has left. */
  readonly point: (index: number | null) => void;
  readonly pick: (index: number) => void;
}

export function createLens(scope: Scope, events: LensEvents): Lens {
  const bars = Array.from({ length: LENS_BARS }, () => h("span", { class: "sefa-lens-bar" }));
  // The slider over the spectrum does the same by keyboard, and says it.
  const el = h("div", { class: "sefa-lens", "aria-hidden": "true" }, ...bars);
  let drawn: Parameters<Lens["draw"]> = [[], () => "rest"];
  let first = 0;
  let marked: number | null = null;

  function redraw(): void {
    const [values, kindOf] = drawn;
    const top = Math.max(...values.slice(first, first + LENS_BARS), 0);
    bars.forEach((bar, n) => {
      const index = first + n;
      const value = values[index];
      setProperty(
        bar,
        "--height",
        value === undefined || top === 0 ? "0" : Math.max(0, value / top).toFixed(4),
      );
      setAttribute(bar, "data-kind", value === undefined ? "rest" : kindOf(index));
      bar.classList.toggle("sefa-lens-mark", index === marked);
    });
  }

  function indexAt(event: PointerEvent | MouseEvent): number | null {
    const box = el.getBoundingClientRect();
    const n = Math.floor(((event.clientX - box.left) / box.width) * LENS_BARS);
    const index = first + Math.min(LENS_BARS - 1, Math.max(0, n));
    return box.width > 0 && index < drawn[0].length ? index : null;
  }

  on(scope, el, "pointermove", (event) => events.point(indexAt(event)));
  on(scope, el, "pointerleave", () => events.point(null));
  on(scope, el, "click", (event) => {
    const index = indexAt(event);
    if (index !== null) events.pick(index);
  });

  return {
    el,
    draw(...given) {
      drawn = given;
      first = Math.min(first, Math.max(0, given[0].length - LENS_BARS));
      redraw();
    },
    move(index) {
      const last = Math.max(0, drawn[0].length - LENS_BARS);
      first = Math.min(last, Math.max(0, index - (LENS_BARS - 1) / 2));
      redraw();
    },
    mark(index) {
      if (index === marked) return;
      marked = index;
      redraw();
    },
  };
}
