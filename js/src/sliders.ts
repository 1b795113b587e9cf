/** The wanted strengths and the spectrum go in; a slider for each shown direction and new strengths come out. */

import { button, h, type Scope, setText } from "./dom";
import type { Spectrum, State } from "./messages";
import { createSliderRange } from "./slider-range";
import { createSliderRow, type SliderRow } from "./slider-row";

export const FIRST_SHOWN = 10;
const MORE = 10;

export type Strengths = State["strengths"];

export interface Sliders {
  readonly el: HTMLElement;
  update(wanted: Pick<State, "strengths" | "stretch">, spectrum: Spectrum | null): void;
  /** Bring one direction's slider into view, showing it if necessary. */
  reveal(index: number): void;
}

export interface SlidersEvents {
  strength(index: number, strength: number): void;
  stretch(stretch: number): void;
  resetAll(): void;
  /** Other directions are shown now. */
  shown(indices: ReadonlySet<number>): void;
}

export function createSliders(scope: Scope, events: SlidersEvents): Sliders {
  const rows = new Map<number, SliderRow>();
  const pinned = new Set<number>();
  let count = FIRST_SHOWN;
  let wanted: Pick<State, "strengths" | "stretch"> = { strengths: {}, stretch: 1 };
  let spectrum: Spectrum | null = null;

  const list = h("div", { class: "sefa-rows", role: "group", "aria-label": "Strengths of the directions" });
  const empty = h("p", { class: "sefa-quiet sefa-factorising" }, "Factorising…");
  const more = button(scope, { title: `Show ${MORE} more directions` }, "More", () => setCount(count + MORE));
  const fewer = button(scope, { title: `Show ${MORE} fewer directions` }, "Fewer", () =>
    setCount(count - MORE),
  );
  const reset = button(
    scope,
    { class: "sefa-reset-all", title: "Set every strength to zero (0)" },
    "Reset all",
    () => events.resetAll(),
  );
  const counted = h("span", { class: "sefa-quiet" });
  const heading = h("h3", {}, "Directions ", counted);
  const range = createSliderRange(scope, (stretch) => events.stretch(stretch));
  const match = h("span", {
    class: "sefa-match",
    title: "Matched direction of the second method, and |cos|",
  });
  match.textContent = "≈ beside";
  const symbol = h("span", {});
  const titles = [h("span", {}, "no."), symbol, match, h("span", {}, "strength")];
  titles.push(h("span", {}, "end"));
  const columns = h("div", { class: "sefa-columns", "aria-hidden": "true" }, ...titles);
  const header = h("div", { class: "sefa-heading" }, heading, more, fewer, reset);

  function setCount(next: number): void {
    if (next < count) pinned.clear();
    count = Math.max(FIRST_SHOWN, Math.min(next, Math.ceil((spectrum?.ends.length ?? 0) / MORE) * MORE));
    layOut();
  }

  /** Show the first directions, those with a strength, and those asked for. */
  function layOut(): void {
    const d = spectrum?.ends.length ?? 0;
    const { strengths, stretch } = wanted;
    for (const [index, strength] of Object.entries(strengths)) if (strength !== 0) pinned.add(Number(index));
    const shown = [...Array(Math.min(count, d)).keys()];
    for (const index of [...pinned].sort((a, b) => a - b)) if (index >= count && index < d) shown.push(index);
    const same = shown.length === rows.size && shown.every((index) => rows.has(index));
    if (!same) {
      for (const [index, row] of rows) {
        if (shown.includes(index)) continue;
        row.el.remove();
        rows.delete(index);
      }
      shown.forEach((index, place) => {
        const row =
          rows.get(index) ?? createSliderRow(scope, index, (strength) => events.strength(index, strength));
        rows.set(index, row);
        row.el.classList.toggle("sefa-apart", place > 0 && shown[place - 1] !== index - 1);
        if (list.children[place] !== row.el) list.insertBefore(row.el, list.children[place] ?? null);
      });
      events.shown(new Set(shown));
    }
    empty.hidden = d > 0;
    columns.hidden = d === 0;
    setText(counted, d > 0 ? `${rows.size} of ${d}` : "");
    more.disabled = count >= d;
    const idle = shown.some((index) => index >= count && !strengths[index]);
    fewer.disabled = count <= FIRST_SHOWN && !idle;
    reset.disabled = !Object.values(strengths).some((strength) => strength !== 0);
    const matching = spectrum?.beside != null;
    match.hidden = !matching;
    for (const table of [list, columns]) table.classList.toggle("sefa-matching", matching);
    for (const [index, row] of rows) row.show(strengths[index] ?? 0, spectrum, stretch);
    setText(symbol, spectrum?.value_symbol ?? "");
    symbol.title = spectrum?.value_name ?? "";
    range.el.hidden = d === 0;
    range.update(stretch, spectrum);
  }

  return {
    el: h(
      "section",
      { class: "sefa-directions", "aria-label": "Directions" },
      ...[header, range.el, columns, empty, list],
    ),
    update(next, nextSpectrum) {
      wanted = next;
      spectrum = nextSpectrum;
      layOut();
    },
    reveal(index) {
      pinned.add(index);
      layOut();
      rows.get(index)?.reveal();
    },
  };
}
