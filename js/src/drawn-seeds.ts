/** The seeds that were drawn beforehand, to choose from. */

import { h, on, type Scope } from "./dom";
import type { Beforehand } from "./kernel";
import { chosenPin, type Patch, type Pin, type State } from "./state";

export interface DrawnSeeds {
  readonly el: HTMLElement;
  update(state: State): void;
  /** What goes to the next one, or back; empty where there is none. */
  by(step: -1 | 1): Patch;
  /** What goes to any other. */
  random(): Patch;
}

/** `onPatch`: another one is wanted. */
export function createDrawnSeeds(
  scope: Scope,
  { starts }: Beforehand,
  onPatch: (patch: Patch) => void,
): DrawnSeeds {
  const field = h("select", { "aria-label": "Seed", title: "The seeds that were drawn beforehand" });
  field.append(...starts.map((pin, place) => h("option", { value: String(place) }, nameOf(pin, starts))));
  let present = -1;
  const go = (place: number): Patch => {
    const pin = starts[place];
    return pin && place !== present ? { seed: pin.seed, label: pin.label } : {};
  };
  on(scope, field, "change", () => onPatch(go(Number(field.value))));
  return {
    el: field,
    update(state) {
      const { seed, label } = chosenPin(state);
      present = starts.findIndex((pin) => pin.seed === seed && pin.label === label);
      if (field.value !== String(present)) field.value = String(present);
    },
    by: (step) => go(present + step),
    random() {
      const others = [...starts.keys()].filter((place) => place !== present);
      return go(others[Math.floor(Math.random() * others.length)] ?? -1);
    },
  };
}

/** A start that was drawn and is not shown; null where all are. */
export function notShown({ starts }: State, drawn: readonly Pin[]): Pin | null {
  const shown = (pin: Pin) => starts.some(({ seed, label }) => seed === pin.seed && label === pin.label);
  return drawn.find((pin) => !shown(pin)) ?? null;
}

/** Its seed, its class where the same seed was drawn with several, and its name. */
function nameOf({ seed, label, name }: Pin, all: readonly Pin[]): string {
  const twice = all.filter((other) => other.seed === seed).length > 1;
  return [String(seed), twice ? `class ${label}` : "", name].filter(Boolean).join(", ");
}
