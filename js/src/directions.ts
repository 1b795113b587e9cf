/** The directions: their heading, the spectrum, and below it either a row for each or the wall. */

import { button, h, type Scope, setText } from "./dom";
import { createGoTo } from "./go-to";
import type { DirectionsInfo } from "./info";
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
  update(wanted: State, spectrum: DirectionsInfo | null, stale: boolean): void;
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
  /** Directions are to be listed in another order. */
  sort(name: string): void;
  /** The row of a direction is to be the open one. */
  focus(index: number): void;
  stretch(stretch: number): void;
  resetAll(): void;
  /** The rows are to be shown, in place of the wall. */
  explore(): void;
  /** Other small pictures are to be seen. */
  looked(): void;
}

/** `note`: what stands above the rows. */
export function createDirections(scope: Scope, note: HTMLElement, events: DirectionsEvents): DirectionsView {
  let walled = false;
  let total = 0;
  let state: State | null = null;
  let found: DirectionsInfo | null = null;

  const go = (index: number) => {
    if (walled) events.explore();
    show(false);
    sliders.reveal(index);
    count();
  };
  const spectrum = createSpectrum(scope, go);
  const sliders = createSliders(scope, {
    strength: events.strength,
    end: events.end,
    lock: events.lock,
    focus: events.focus,
    shown: mark,
    scrolled: () => events.looked(),
  });
  const wall = createWall(scope, go, () => events.looked());
  const shown = () => (walled ? wall : sliders);

  const goTo = createGoTo(scope, go);
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
  const range = createSliderRange(scope, (stretch) => events.stretch(stretch));
  const empty = h("p", { class: "sefa-quiet sefa-factorising" }, "Factorising…");
  wall.el.hidden = true;

  /** Show the wall, or the rows. */
  function show(next: boolean): void {
    if (next === walled) return;
    walled = next;
    if (walled && state) wall.update(state, found);
    sliders.el.hidden = walled;
    wall.el.hidden = !walled;
    mark();
    count();
  }

  /** Mark the bars of what is shown. */
  function mark(): void {
    spectrum.setShown(shown().indices());
  }

  function count(): void {
    const counts = shown().counts();
    setText(counted, total > 0 ? `${counts.shown} of ${total}` : "");
    more.disabled = !counts.more;
    fewer.disabled = !counts.fewer;
  }

  return {
    el: h(
      "section",
      { class: "sefa-directions", "aria-label": "Directions" },
      ...[header, spectrum.el, range.el, note, empty, sliders.el, wall.el],
    ),
    update(wanted, nextFound, stale) {
      state = wanted;
      found = nextFound;
      total = found?.ends.length ?? 0;
      show(state.view === "wall");
      sliders.update(wanted, found);
      if (walled) wall.update(wanted, found);
      spectrum.update(found, wanted.strengths, stale);
      goTo.update(total);
      order.update(wanted);
      empty.hidden = total > 0;
      range.el.hidden = total === 0;
      range.update(wanted.stretch, found);
      reset.disabled = isEmpty(resetting(state));
      count();
    },
    look(looks, wanted, quiet) {
      const groups: [string, Wanted[]][] = [
        ["wall", walled ? wall.wanted() : []],
        ["ends", walled ? [] : sliders.ends(quiet)],
        // The last one is drawn first.
        ["strip", walled ? [] : sliders.strip()],
      ];
      for (const [group, pictures] of groups) looks.show(group, pictures, wanted, quiet);
    },
    toggleAll: () => sliders.toggleAll(),
    focusGoTo: () => goTo.focus(),
  };
}
