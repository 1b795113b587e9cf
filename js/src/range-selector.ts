/** A range of layers: a cell for each, and a thumb at either end. */

import type { Range } from "./check";
import { h, on, type Scope, setAttribute, setText } from "./dom";
import { rangeText } from "./format";
import type { Layer } from "./info";

export interface RangeSelector {
  readonly el: HTMLElement;
  update(range: Range): void;
}

/** What a press on the cells moves: one end, or the whole range from where it was. */
type Grip =
  | { readonly kind: "start" | "end" }
  | { readonly kind: "both"; readonly at: number; readonly from: Range };

/** How near to an end a press must be to take its thumb, in CSS pixels. */
const REACH = 9;

export function createRangeSelector(
  scope: Scope,
  name: string,
  layers: readonly Layer[],
  onRange: (range: Range) => void,
): RangeSelector {
  const n = layers.length;
  let range: Range = [0, n];
  let grip: Grip | null = null;

  const cells = layers.map((layer, index) => {
    const title = `layer ${index}: ${layer.name}, ${layer.resolution} px`;
    return h("span", { class: "sefa-cell", title, "aria-hidden": "true" }, String(index));
  });
  const thumb = (end: "start" | "end", min: number, max: number) => {
    const attributes = {
      type: "range",
      step: "1",
      min: "0",
      max: String(n),
      class: `sefa-thumb sefa-thumb-${end}`,
    };
    const el = h("input", {
      ...attributes,
      "aria-label": `${name}, ${end === "start" ? "first" : "last"} layer`,
    });
    on(scope, el, "input", () => {
      const value = Math.min(max, Math.max(min, Number(el.value)));
      if (end === "start") choose([Math.min(value, range[1] - 1), range[1]]);
      else choose([range[0], Math.max(value, range[0] + 1)]);
    });
    return el;
  };
  const start = thumb("start", 0, n - 1);
  const end = thumb("end", 1, n);
  const bar = h("div", { class: "sefa-cells" }, ...cells, start, end);
  const groups = h("div", { class: "sefa-resolutions", "aria-hidden": "true" }, ...resolutionLabels(layers));
  const text = h("output", { class: "sefa-range-text" });

  function choose(next: Range): void {
    if (next[0] !== range[0] || next[1] !== range[1]) onRange(next);
    draw();
  }

  function draw(): void {
    const [a, b] = range;
    for (const [index, cell] of cells.entries())
      cell.classList.toggle("sefa-selected", index >= a && index < b);
    start.value = String(a);
    end.value = String(b);
    setAttribute(start, "aria-valuetext", `from ${layers[a]?.name ?? a}`);
    setAttribute(end, "aria-valuetext", `to ${layers[b - 1]?.name ?? b - 1}`);
    const words = rangeText(range, layers);
    setText(text, words);
    text.title = words;
  }

  /** Place of a press in layers, 0 to n. */
  function place(event: MouseEvent): number {
    const box = bar.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * n;
  }

  function gripAt(at: number): Grip {
    const [a, b] = range;
    const reach = (REACH / bar.getBoundingClientRect().width) * n;
    if (at < a || (at - a < Math.min(reach, 0.3) && at - a <= b - at)) return { kind: "start" };
    if (at > b || b - at < Math.min(reach, 0.3)) return { kind: "end" };
    return { kind: "both", at, from: range };
  }

  function move(at: number): void {
    if (!grip) return;
    if (grip.kind === "both") {
      const [a, b] = grip.from;
      const by = Math.min(n - b, Math.max(-a, Math.round(at - grip.at)));
      choose([a + by, b + by]);
    } else if (grip.kind === "start") choose([Math.min(range[1] - 1, Math.max(0, Math.round(at))), range[1]]);
    else choose([range[0], Math.max(range[0] + 1, Math.min(n, Math.round(at)))]);
  }

  on(scope, bar, "pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const at = place(event);
    grip = gripAt(at);
    // A press beside the range takes the pressed cell in, however near its other edge is.
    if (at < range[0]) choose([Math.floor(at), range[1]]);
    else if (at > range[1]) choose([range[0], Math.ceil(at)]);
    (grip.kind === "end" ? end : start).focus({ preventScroll: true });
    bar.setPointerCapture(event.pointerId);
  });
  on(scope, bar, "pointermove", (event) => {
    const at = place(event);
    const over = grip ?? gripAt(at);
    bar.style.cursor = over.kind === "both" ? (grip ? "grabbing" : "grab") : "ew-resize";
    move(at);
  });
  for (const type of ["pointerup", "pointercancel"] as const)
    on(scope, bar, type, () => {
      grip = null;
    });
  on(scope, bar, "dblclick", (event) => {
    const only = Math.min(n - 1, Math.max(0, Math.floor(place(event))));
    choose([only, only + 1]);
  });

  draw();
  const el = h("div", { class: "sefa-range", role: "group", "aria-label": name }, bar, groups, text);
  el.style.setProperty("--sefa-layers", String(n));
  return {
    el,
    update(next) {
      range = next;
      draw();
    },
  };
}

/** One label for each run of layers of the same resolution, as wide as the run. */
function resolutionLabels(layers: readonly Layer[]): HTMLElement[] {
  const runs: { resolution: number; length: number }[] = [];
  for (const { resolution } of layers) {
    const last = runs.at(-1);
    if (last?.resolution === resolution) last.length += 1;
    else runs.push({ resolution, length: 1 });
  }
  return runs.map(({ resolution, length }) => {
    const label = h("span", { title: `${resolution} x ${resolution} pixels` }, `${resolution}`);
    label.style.flexGrow = String(length);
    return label;
  });
}
