/** The wanted strengths and the spectrum go in; a slider for each shown direction and new strengths come out. */

import { button, h, type NumberField, numberField, on, type Scope } from "./dom";
import { significant } from "./format";
import type { Spectrum } from "./messages";

export const FIRST_SHOWN = 10;
const MORE = 10;
/** A slider has this many steps on each side of zero. */
const STEPS = 500;

export type Strengths = Readonly<Record<string, number>>;

export interface Sliders {
  readonly el: HTMLElement;
  update(strengths: Strengths, spectrum: Spectrum | null): void;
  /** Bring one direction's slider into view, showing it if necessary. */
  reveal(index: number): void;
}

export interface SlidersEvents {
  strength(index: number, strength: number): void;
  resetAll(): void;
  /** Other directions are shown now. */
  shown(indices: ReadonlySet<number>): void;
}

interface Row {
  readonly el: HTMLElement;
  readonly eigenvalue: HTMLElement;
  readonly slider: HTMLInputElement;
  readonly value: NumberField;
}

export function createSliders(scope: Scope, events: SlidersEvents): Sliders {
  const rows = new Map<number, Row>();
  const pinned = new Set<number>();
  let count = FIRST_SHOWN;
  let strengths: Strengths = {};
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
  const heading = h("h3", {}, "Directions");
  const header = h("div", { class: "sefa-heading" }, heading, more, fewer, reset);

  function setCount(next: number): void {
    if (next < count) pinned.clear();
    count = Math.max(FIRST_SHOWN, Math.min(next, Math.ceil((spectrum?.shares.length ?? 0) / MORE) * MORE));
    layOut();
  }

  /** Show the first directions, those with a strength, and those asked for. */
  function layOut(): void {
    const d = spectrum?.shares.length ?? 0;
    for (const [index, strength] of Object.entries(strengths)) if (strength !== 0) pinned.add(Number(index));
    const wanted = [...Array(Math.min(count, d)).keys()];
    for (const index of [...pinned].sort((a, b) => a - b))
      if (index >= count && index < d) wanted.push(index);
    const same = wanted.length === rows.size && wanted.every((index) => rows.has(index));
    if (!same) {
      for (const [index, row] of rows) {
        if (wanted.includes(index)) continue;
        row.el.remove();
        rows.delete(index);
      }
      wanted.forEach((index, place) => {
        const row = rows.get(index) ?? createRow(index);
        rows.set(index, row);
        row.el.classList.toggle("sefa-apart", place > 0 && wanted[place - 1] !== index - 1);
        if (list.children[place] !== row.el) list.insertBefore(row.el, list.children[place] ?? null);
      });
      events.shown(new Set(wanted));
    }
    empty.hidden = d > 0;
    heading.textContent = d > 0 ? `Directions (${rows.size} of ${d})` : "Directions";
    more.disabled = count >= d;
    fewer.disabled = count <= FIRST_SHOWN && pinned.size === 0;
    reset.disabled = !Object.values(strengths).some((strength) => strength !== 0);
    for (const [index, row] of rows) fill(index, row);
  }

  function fill(index: number, row: Row): void {
    const travel = spectrum?.travel || 1;
    const strength = strengths[index] ?? 0;
    const share = spectrum?.shares[index] ?? 0;
    row.eigenvalue.textContent = significant(share);
    row.eigenvalue.title = `Eigenvalue λ${index}/m = ${share}`;
    if (row.slider.max !== String(travel)) {
      row.slider.min = String(-travel);
      row.slider.max = String(travel);
    }
    if (Number(row.slider.value) !== strength) row.slider.value = String(strength);
    row.slider.style.setProperty("--at", String(Math.min(1, Math.max(0, (strength / travel + 1) / 2))));
    row.value.show(strength);
    row.el.classList.toggle("sefa-active", strength !== 0);
  }

  function createRow(index: number): Row {
    const slider = h("input", { type: "range", step: "any", "aria-label": `Direction ${index}` });
    slider.title = "Arrow keys 2 %, Page keys 20 %; Delete or a double click sets it to zero";
    const set = (strength: number) => events.strength(index, strength);
    const value = numberField(
      scope,
      { step: "any", class: "sefa-value", "aria-label": `Strength of direction ${index}` },
      (strength) => String(Number(strength.toFixed(strength !== 0 && Math.abs(strength) < 0.1 ? 4 : 2))),
      set,
    );
    const eigenvalue = h("span", { class: "sefa-eigenvalue" });
    const zero = button(
      scope,
      { class: "sefa-zero", "aria-label": `Reset direction ${index}`, title: "Reset" },
      "×",
      () => set(0),
    );
    const el = h(
      "div",
      { class: "sefa-row" },
      h("span", { class: "sefa-index" }, `#${index}`),
      eigenvalue,
      slider,
      value.el,
      zero,
    );
    on(scope, slider, "input", () => set(snap(Number(slider.value), Number(slider.max))));
    on(scope, el, "dblclick", (event) => {
      if (event.target !== value.el) set(0);
    });
    on(scope, slider, "keydown", (event) => {
      const travel = Number(slider.max);
      const next = afterKey(event, strengths[index] ?? 0, travel);
      if (next === null) return;
      event.preventDefault();
      set(snap(next, travel));
    });
    return { el, eigenvalue, slider, value };
  }

  return {
    el: h("section", { class: "sefa-directions", "aria-label": "Directions" }, header, empty, list),
    update(nextStrengths, nextSpectrum) {
      strengths = nextStrengths;
      spectrum = nextSpectrum;
      layOut();
    },
    reveal(index) {
      pinned.add(index);
      layOut();
      const row = rows.get(index);
      if (!row) return;
      row.el.scrollIntoView({ block: "nearest" });
      row.slider.focus({ preventScroll: true });
      row.el.classList.remove("sefa-flash");
      void row.el.offsetWidth; // a style flush lets the same flash start again
      row.el.classList.add("sefa-flash");
    },
  };
}

/** Round to the slider's steps, so that zero is exactly zero. */
function snap(strength: number, travel: number): number {
  const step = travel / STEPS;
  const clamped = Math.min(travel, Math.max(-travel, strength));
  return Number((Math.round(clamped / step) * step).toPrecision(6)) || 0;
}

/** The strength a key asks for; null if the key means nothing here. */
function afterKey(event: KeyboardEvent, strength: number, travel: number): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const [small, large] = [0.02 * travel, 0.2 * travel];
  switch (event.key) {
    case "ArrowRight":
    case "ArrowUp":
      return strength + small;
    case "ArrowLeft":
    case "ArrowDown":
      return strength - small;
    case "PageUp":
      return strength + large;
    case "PageDown":
      return strength - large;
    case "Home":
      return -travel;
    case "End":
      return travel;
    case "Delete":
    case "Backspace":
      return 0;
    default:
      return null;
  }
}
