/** The note on what is carried over: the edit that was made along other directions goes on. */

import { button, h, type Scope, setHidden, setText } from "./dom";
import { rangeName, signed } from "./format";
import type { GeneratorInfo } from "./info";
import type { Limits } from "./kernel";
import type { Carried, State } from "./state";

/** How many strengths of one edit are named. */
const NAMED = 4;

export interface CarriedNote {
  readonly el: HTMLElement;
  update(state: State): void;
}

export interface CarriedEvents {
  remove(): void;
  /** Set the sliders so that they do the same. */
  spread(): void;
}

export function createCarried(
  scope: Scope,
  info: GeneratorInfo,
  limits: Limits | null,
  events: CarriedEvents,
): CarriedNote {
  const text = h("span", {});
  const spread = button(
    scope,
    { title: "Set these sliders so that they do what the kept edit does, if they can" },
    "Spread over these sliders",
    () => events.spread(),
  );
  setHidden(spread, limits !== null);
  const remove = button(scope, { title: "Take the kept edit away; Undo brings it back" }, "Remove", () =>
    events.remove(),
  );
  const el = h(
    "div",
    { class: "sefa-carried", role: "status", hidden: "" },
    h("strong", {}, "Your edit is kept"),
    text,
    h("span", { class: "sefa-carried-tools" }, spread, remove),
  );

  function describe({ method, layers, strengths }: Carried): string {
    const title = info.methods.find(({ name }) => name === method)?.title ?? method ?? "automatic";
    const all = Object.entries(strengths);
    const moved = all.slice(0, NAMED).map(([index, strength]) => `#${index} ${signed(strength)}`);
    const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : "";
    return `${title}, ${rangeName(layers)}: ${moved.join(", ")}${more}`;
  }

  return {
    el,
    update(state) {
      setHidden(el, state.carried.length === 0);
      setText(text, state.carried.map(describe).join("; "));
    },
  };
}
