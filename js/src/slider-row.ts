/** The row of one direction: its number, value and slider. */

import { button, h, on, type Scope, setAttribute, setHidden, setProperty, setText, svg } from "./dom";
import { createEndField } from "./end-field";
import { createFilmstrip, type Who } from "./filmstrip";
import { likeness, shortNumber, signed } from "./format";
import type { DirectionsInfo } from "./info";
import type { Beforehand } from "./kernel";
import type { LabelsInfo, Saying } from "./labels";
import { Thumb, type Wanted } from "./looks";
import { createNameField } from "./name-field";
import { numberField } from "./number-field";
import { measureOf } from "./order";
import { endLabel, endOf, endTitle, snap } from "./slider-range";
import type { State } from "./state";

export interface SliderRow {
  readonly el: HTMLElement;
  /** Show a strength on the direction's slider, the direction's value, and the one it is matched with. */
  show(state: State, spectrum: DirectionsInfo | null, labels: LabelsInfo): void;
  /** Let a person name the direction. */
  name(): void;
  /** Show whether the direction is locked. */
  setLocked(locked: boolean): void;
  /** Open the filmstrip for these starts, or close it; `all`: whether they are all there are. */
  open(people: readonly Who[] | null, all: boolean, state: State | null): void;
  /** The pictures of both ends, of a start. */
  ends(row: number): Wanted[];
  /** The pictures of the filmstrip, if it is open. */
  strip(): Wanted[];
  /** Scroll to the slider, give it the focus and let it flash. */
  reveal(): void;
}

export interface RowEvents {
  set(strength: number): void;
  /** The slider is to end there; null for where it is measured to end. */
  end(end: number | null): void;
  /** The direction has another name; none if it is empty. */
  name(fields: Saying): void;
  /** The direction is to be locked, or not. */
  lock(locked: boolean): void;
  /** The filmstrip is wanted for all starts, or for the chosen one again. */
  toggleAll(): void;
}

/** `words`: id of the names to propose; `beforehand`: where the strengths were drawn. */
export function createSliderRow(
  scope: Scope,
  index: number,
  words: string,
  beforehand: Beforehand | null,
  events: RowEvents,
): SliderRow {
  const { set } = events;
  /** Share of the slider that a key moves; null for the usual ones. */
  let step: number | null = null;
  let current = 0;
  let opened = false;
  const slider = h("input", { type: "range", step: "any", "aria-label": `Direction ${index}` });
  slider.title = beforehand
    ? "Arrow keys go to the next strength that was drawn; Delete or a double click sets it to zero"
    : "Arrow keys 2 %, Page keys 20 %; Delete or a double click sets it to zero";
  const value = numberField(scope, {
    attributes: { step: "any", class: "sefa-value", "aria-label": `Strength of direction ${index}` },
    format: (strength) =>
      String(Number(strength.toFixed(strength !== 0 && Math.abs(strength) < 0.1 ? 4 : 2))),
    set,
  });
  const [symbol, share] = [h("span", { class: "sefa-symbol" }), h("span", {})];
  const eigenvalue = h("span", { class: "sefa-eigenvalue" }, symbol, share);
  const match = h("span", { class: "sefa-match", hidden: "" });
  const endField = createEndField(scope, index, events.end, beforehand?.why ?? "");
  const endPicture = (sign: -1 | 1) => {
    const thumb = new Thumb();
    const [name, key] = sign < 0 ? ["minus", "Home"] : ["plus", "End"];
    // The slider does the same by keyboard.
    const attributes = {
      class: `sefa-end-picture sefa-${name}`,
      tabindex: "-1",
      title: `Go to this end (${key})`,
    };
    const el = button(scope, attributes, "", () => set(atEnd(sign)));
    el.setAttribute("aria-label", `Set direction ${index} to its ${name} end`);
    el.append(thumb.el);
    return { el, thumb };
  };
  const [minus, plus] = [endPicture(-1), endPicture(1)];
  const atEnd = (sign: -1 | 1) => snap(sign * Number(slider.max), Number(slider.max));
  const all = button(
    scope,
    { class: "sefa-all", "aria-pressed": "false", title: "Show these pictures of everyone (a)", hidden: "" },
    "",
    () => events.toggleAll(),
  );
  all.append("All", h("span", { class: "sefa-all-more" }, " people"));
  const zero = button(
    scope,
    { class: "sefa-zero", "aria-label": `Reset direction ${index}`, title: "Reset" },
    "×",
    () => set(0),
  );
  const lock = button(scope, { class: "sefa-lock", "aria-pressed": "false" }, "", () =>
    events.lock(lock.getAttribute("aria-pressed") !== "true"),
  );
  lock.append(lockIcon());
  lock.setAttribute("aria-label", `Lock direction ${index}`);
  lock.title = "Reset all leaves a locked direction alone (l)";
  const name = createNameField(scope, index, words, events.name);
  const number = h("span", { class: "sefa-index" }, `#${index}`);
  const head = h(
    "div",
    { class: "sefa-row-head" },
    ...[number, name.el, eigenvalue, match, all, value.el, endField.el, lock, zero],
  );
  const strip = createFilmstrip(scope, index, set, beforehand);
  strip.el.hidden = true;
  const el = h("div", { class: "sefa-row" }, minus.el, slider, head, plus.el, strip.el);
  /** A slider that is held keeps its ends. */
  let held = false;
  on(scope, slider, "input", () => set(snap(Number(slider.value), Number(slider.max))));
  on(scope, slider, "pointerdown", () => {
    held = true;
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    on(scope, slider, end, () => {
      held = false;
    });
  on(scope, el, "dblclick", (event) => {
    if (!(event.target as Element).closest("button, input[type=number]")) set(0);
  });
  on(scope, el, "click", (event) => {
    if (!(event.target as Element).closest("input, .sefa-naming, .sefa-end-field"))
      slider.focus({ preventScroll: true });
  });
  on(scope, slider, "keydown", (event) => {
    const end = Number(slider.max);
    const next = afterKey(event, current, end, step);
    if (next === null) return;
    event.preventDefault();
    set(snap(next, end, Math.max(end, Math.abs(current))));
  });

  return {
    el,
    show(state, spectrum, labels) {
      name.show(labels);
      const strength = state.strengths[index] ?? 0;
      const measure = measureOf(state, spectrum, index);
      current = strength;
      setText(symbol, measure ? `${measure.symbol} ` : "");
      setText(share, measure?.text ?? "");
      eigenvalue.title = measure?.title ?? "";
      const chance = spectrum?.second?.chance ?? 0;
      const [other, cosine] = spectrum?.second?.matches[index] ?? [];
      setHidden(match, other === undefined || cosine === undefined);
      if (other !== undefined && cosine !== undefined) {
        setText(match, `#${other} ${cosine.toFixed(2)} ${likeness(cosine, chance)}`);
        const word = likeness(cosine, chance);
        match.title = `Matched with direction ${other} of the second search, ${word}: |cos| = ${cosine}; of random directions 95 % stay below ${chance}`;
      }
      const end = held ? Number(slider.max) : endOf(state, spectrum, index);
      if (slider.max !== String(end)) {
        slider.min = String(-end);
        slider.max = String(end);
      }
      if (beforehand) {
        const count = beforehand.steps(state, index);
        step = 2 / (count - 1);
        slider.classList.add("sefa-stepped");
        setProperty(slider, "--steps", String(count));
        const apart = String(step * end);
        if (slider.step !== apart && !held) slider.step = apart;
      }
      const shown = Math.min(end, Math.max(-end, strength));
      if (Math.abs(Number(slider.value) - shown) > (beforehand ? 1e-3 * end : 0))
        slider.value = String(shown);
      setProperty(slider, "--at", String((shown / end + 1) / 2));
      setAttribute(slider, "aria-valuetext", `${signed(strength)} of ±${shortNumber(end)}`);
      value.show(strength);
      el.classList.toggle("sefa-active", strength !== 0);
      const stop = index in state.ranges ? null : (spectrum?.stops[index] ?? "estimate");
      const beyond = shown !== strength;
      endField.show(endLabel(end, stop, beyond), endTitle(end, stop, state.stretch), end);
      el.classList.toggle("sefa-beyond", beyond);
      value.input.title = beyond ? "This strength lies beyond the end of the slider" : "";
    },
    setLocked(locked) {
      setAttribute(lock, "aria-pressed", String(locked));
      el.classList.toggle("sefa-locked", locked);
    },
    open(people, everyone, state) {
      setHidden(strip.el, people === null);
      opened = people !== null;
      el.classList.toggle("sefa-open", opened);
      if (people) strip.show(current, Number(slider.max), people, state);
      setHidden(all, people === null || (everyone && people.length === 1));
      setAttribute(all, "aria-pressed", String(everyone));
    },
    ends: (row) => [
      { thumb: minus.thumb, item: [row, index, atEnd(-1)] },
      { thumb: plus.thumb, item: [row, index, atEnd(1)] },
    ],
    name: name.edit,
    strip: () => (opened ? strip.wanted() : []),
    reveal() {
      el.scrollIntoView({ block: "nearest" });
      slider.focus({ preventScroll: true });
      el.classList.remove("sefa-flash");
      void el.offsetWidth; // a style flush lets the same flash start again
      el.classList.add("sefa-flash");
    },
  };
}

/** The strength a key asks for; null if the key means nothing here. */
function afterKey(event: KeyboardEvent, strength: number, end: number, step: number | null): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const [small, large] = [(step ?? 0.02) * end, 2 * (step ?? 0.1) * end];
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

function lockIcon(): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", width: "14", height: "14", "aria-hidden": "true" },
    svg("path", { d: "M5 7V5a3 3 0 0 1 6 0v2", fill: "none", stroke: "currentColor", "stroke-width": "1.6" }),
    svg("rect", { x: "3.2", y: "7", width: "9.6", height: "7", rx: "1.2", fill: "currentColor" }),
  );
}
