/** The directions: their heading, the spectrum, and below it either a row for each or the wall. */

import type { ControlInfo } from "./control";
import { button, h, type Scope, setHidden, setText } from "./dom";
import { createGoTo } from "./go-to";
import { type DirectionsInfo, movable } from "./info";
import type { Beforehand } from "./kernel";
import { createLabelView } from "./label-view";
import { type LabelsInfo, NO_LABELS, type Saying } from "./labels";
import type { Looks, Wanted } from "./looks";
import { createOrder } from "./order";
import { isEmpty } from "./overlay";
import { createSliderRange } from "./slider-range";
import { createSliders } from "./sliders";
import { createSpectrum } from "./spectrum";
import { resetting, type State } from "./state";
import { createWall } from "./wall";

export interface DirectionsView {
  readonly el: HTMLElement;
  /** `stale`: other directions are being searched. */
  update(wanted: State, spectrum: DirectionsInfo | null, stale: boolean, labels: LabelsInfo): void;
  /** Show the control of the spectrum, if it is wanted. */
  control(wanted: boolean, control: ControlInfo | null): void;
  /** Let a person name the open direction. */
  name(): void;
  /** Show the small pictures that are there, and ask for others if all is quiet. */
  look(looks: Looks, wanted: State, quiet: boolean): void;
  toggleAll(): void;
  focusGoTo(): void;
}

export interface DirectionsEvents {
  strength(index: number, strength: number): void;
  /** See `SlidersEvents`. */
  end(index: number, end: number | null): void;
  lock(index: number, locked: boolean): void;
  /** Something is said of a direction; null takes it away. */
  say(index: number, fields: Saying | null): void;
  takeBack(): void;
  /** Directions are to be listed in another order. */
  sort(name: string): void;
  /** The row of a direction is to be the open one. */
  focus(index: number): void;
  stretch(stretch: number): void;
  resetAll(): void;
  /** The control of the spectrum is wanted, or is not any more; null where there is none. */
  readonly control: ((wanted: boolean) => void) | null;
  /** The rows are to be shown, in place of the wall. */
  explore(): void;
  /** Other small pictures are to be seen. */
  looked(): void;
}

let lists = 0;

/** `note`: what stands above the rows; `beforehand`: where the strengths were drawn. */
export function createDirections(
  scope: Scope,
  note: HTMLElement,
  beforehand: Beforehand | null,
  events: DirectionsEvents,
): DirectionsView {
  let view = "explore";
  let total = 0;
  let state: State | null = null;
  let found: DirectionsInfo | null = null;
  let labels = NO_LABELS;

  const go = (index: number) => {
    if (found && !movable(found).includes(index)) return;
    if (view === "label") return events.focus(index);
    if (view !== "explore") events.explore();
    show("explore");
    sliders.reveal(index);
    count();
  };
  const spectrum = createSpectrum(scope, go, events.control);
  lists += 1;
  const words = h("datalist", { id: `sefa-words-${lists}` });
  const sliders = createSliders(scope, words.id, beforehand, {
    name: events.say,
    strength: events.strength,
    end: events.end,
    lock: events.lock,
    focus: events.focus,
    shown: mark,
    scrolled: () => events.looked(),
  });
  const wall = createWall(scope, go, () => events.looked());
  const label = createLabelView(scope, words.id, beforehand, {
    say: events.say,
    takeBack: events.takeBack,
    focus: events.focus,
    strength: events.strength,
  });
  const shown = () => (view === "wall" ? wall : sliders);

  const goTo = createGoTo(scope, words.id, go);
  const more = button(scope, { title: "Show more directions" }, "More", () => {
    shown().more();
    mark();
    count();
  });
  const fewer = button(scope, { title: "Show fewer directions" }, "Fewer", () => {
    shown().fewer();
    mark();
    count();
  });
  const reset = button(
    scope,
    { class: "sefa-reset-all", title: "Set every strength to zero, and take a kept edit away (0)" },
    "Reset all",
    () => events.resetAll(),
  );
  const counted = h("span", { class: "sefa-quiet" });
  const heading = h("h3", {}, "Directions ", counted);
  const order = createOrder(scope, events.sort);
  const header = h("div", { class: "sefa-heading" }, heading, order.el, goTo.el, more, fewer, reset);
  const range = createSliderRange(scope, beforehand, (stretch) => events.stretch(stretch));
  const empty = h("p", { class: "sefa-quiet sefa-factorising" }, "Factorising…");
  const notes = h("p", { class: "sefa-notes", role: "status", hidden: "" });
  wall.el.hidden = true;

  /** Show the rows, the wall, or the view in which names are given. */
  function show(next: string): void {
    if (next === view) return;
    view = next;
    if (view === "wall" && state) wall.update(state, found, labels);
    setHidden(sliders.el, view !== "explore");
    setHidden(wall.el, view !== "wall");
    setHidden(label.el, view !== "label");
    for (const el of [more, fewer, range.el]) setHidden(el, view === "label");
    if (view === "label") label.focus();
    mark();
    count();
  }

  /** Mark the bars of what is shown. */
  function mark(): void {
    spectrum.setShown(shown().indices());
  }

  function count(): void {
    const counts = shown().counts();
    setText(counted, total > 0 && view !== "label" ? `${counts.shown} of ${total}` : "");
    more.disabled = !counts.more;
    fewer.disabled = !counts.fewer;
  }

  return {
    el: h(
      "section",
      { class: "sefa-directions", "aria-label": "Directions" },
      ...[words, header, notes, spectrum.el, range.el, note, empty, sliders.el, wall.el, label.el],
    ),
    update(wanted, nextFound, stale, nextLabels) {
      state = wanted;
      if (nextLabels.words !== labels.words)
        words.replaceChildren(...nextLabels.words.map((word) => h("option", { value: word })));
      labels = nextLabels;
      found = nextFound;
      const known = found ? movable(found) : [];
      total = known.length;
      show(state.view);
      sliders.update(wanted, found, labels);
      if (view === "wall") wall.update(wanted, found, labels);
      if (view === "label") label.update(wanted, found, labels);
      spectrum.update(found, wanted.strengths, stale, labels);
      goTo.update(known, labels);
      order.update(wanted);
      setHidden(empty, total > 0);
      setText(notes, found?.notes.join(" ") ?? "");
      setHidden(notes, !found?.notes.length);
      setHidden(range.el, total === 0 || view === "label");
      range.update(wanted.stretch, found);
      reset.disabled = isEmpty(resetting(state));
      count();
    },
    look(looks, wanted, quiet) {
      const groups: [string, Wanted[]][] = [
        ["wall", view === "wall" ? wall.wanted() : []],
        ["ends", view === "explore" ? sliders.ends(quiet) : []],
        ["label", view === "label" ? label.wanted() : []],
        // The last one is drawn first.
        ["strip", view === "explore" ? sliders.strip() : []],
      ];
      for (const [group, pictures] of groups) looks.show(group, pictures, wanted, quiet);
    },
    control: spectrum.control,
    name: () => (view === "explore" ? sliders.name() : undefined),
    toggleAll: () => sliders.toggleAll(),
    focusGoTo: () => goTo.focus(),
  };
}
