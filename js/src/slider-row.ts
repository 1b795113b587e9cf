/** One direction's strength and eigenvalue go in; a row with its slider, and the strengths a person asks for, come out. */

import { button, h, numberField, on, type Scope, setText } from "./dom";
import { significant, valueName } from "./format";
import type { Spectrum } from "./messages";
import { endLabel, endTitle } from "./slider-range";

/** A slider has at least this many steps on each side of zero. */
const STEPS = 500;

export interface SliderRow {
  readonly el: HTMLElement;
  /** Show a strength on the direction's slider, the direction's value, and the one it is matched with. */
  show(strength: number, spectrum: Spectrum | null, stretch: number): void;
  /** Scroll to the slider, give it the focus and let it flash. */
  reveal(): void;
}

export function createSliderRow(scope: Scope, index: number, set: (strength: number) => void): SliderRow {
  let current = 0;
  const slider = h("input", { type: "range", step: "any", "aria-label": `Direction ${index}` });
  slider.title = "Arrow keys 2 %, Page keys 20 %; Delete or a double click sets it to zero";
  const value = numberField(
    scope,
    { step: "any", class: "sefa-value", "aria-label": `Strength of direction ${index}` },
    (strength) => String(Number(strength.toFixed(strength !== 0 && Math.abs(strength) < 0.1 ? 4 : 2))),
    set,
  );
  const eigenvalue = h("span", { class: "sefa-eigenvalue" });
  const match = h("span", { class: "sefa-match", hidden: "" });
  const endText = h("span", { class: "sefa-end" });
  /** A slider that is held keeps its ends. */
  let held = false;
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
    match,
    slider,
    endText,
    value.el,
    zero,
  );
  on(scope, slider, "input", () => set(snap(Number(slider.value), Number(slider.max), Number(slider.max))));
  on(scope, slider, "pointerdown", () => {
    held = true;
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    on(scope, slider, end, () => {
      held = false;
    });
  on(scope, el, "dblclick", (event) => {
    if (event.target !== value.el) set(0);
  });
  on(scope, slider, "keydown", (event) => {
    const end = Number(slider.max);
    const next = afterKey(event, current, end);
    if (next === null) return;
    event.preventDefault();
    set(snap(next, end, Math.max(end, Math.abs(current))));
  });

  return {
    el,
    show(strength, spectrum, stretch) {
      current = strength;
      const number = spectrum?.values?.[index];
      setText(eigenvalue, number === undefined ? "" : significant(number));
      eigenvalue.title = number === undefined ? "" : `${valueName(spectrum)}: ${number}`;
      const [other, cosine] = spectrum?.beside?.matches[index] ?? [];
      match.hidden = other === undefined || cosine === undefined;
      if (other !== undefined && cosine !== undefined) {
        setText(match, `#${other} ${cosine.toFixed(2)}`);
        match.title = `Matched with direction ${other} of the second method: |cos| = ${cosine}`;
      }
      const end = held ? Number(slider.max) : stretch * (spectrum?.ends[index] || 1);
      if (slider.max !== String(end)) {
        slider.min = String(-end);
        slider.max = String(end);
      }
      const shown = Math.min(end, Math.max(-end, strength));
      if (Number(slider.value) !== shown) slider.value = String(shown);
      slider.style.setProperty("--at", String((shown / end + 1) / 2));
      value.show(strength);
      el.classList.toggle("sefa-active", strength !== 0);
      const stop = spectrum?.stops[index] ?? "estimate";
      const beyond = shown !== strength;
      setText(endText, endLabel(end, stop, beyond));
      endText.title = endTitle(end, stop, stretch);
      el.classList.toggle("sefa-beyond", beyond);
      value.el.title = beyond ? "This strength lies beyond the end of the slider" : "";
    },
    reveal() {
      el.scrollIntoView({ block: "nearest" });
      slider.focus({ preventScroll: true });
      el.classList.remove("sefa-flash");
      void el.offsetWidth; // a style flush lets the same flash start again
      el.classList.add("sefa-flash");
    },
  };
}

/** Round to the slider's steps, which are round numbers: zero is exactly zero, and one is one. */
function snap(strength: number, end: number, limit: number): number {
  const decade = 10 ** Math.floor(Math.log10(end / STEPS));
  const step = decade * ([5, 2].find((part) => part * decade <= end / STEPS) ?? 1);
  const rounded = Number((Math.round(strength / step) * step).toPrecision(6)) || 0;
  return Math.min(limit, Math.max(-limit, rounded));
}

/** The strength a key asks for; null if the key means nothing here. */
function afterKey(event: KeyboardEvent, strength: number, end: number): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const [small, large] = [0.02 * end, 0.2 * end];
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
      return -end;
    case "End":
      return end;
    case "Delete":
    case "Backspace":
      return 0;
    default:
      return null;
  }
}
