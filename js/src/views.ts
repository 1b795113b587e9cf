/** What stands beside the pictures: sliders, the wall, or names. */

import { button, h, type Scope, setAttribute } from "./dom";
import type { State } from "./state";

const VIEWS = [
  ["explore", "Sliders", "A slider for each direction (1)"],
  ["wall", "Wall", "Many directions at once, by the pictures of both ends (2)"],
  ["label", "Names", "Go through the directions and say what each one does (3)"],
] as const;

export interface Views {
  readonly el: HTMLElement;
  update(state: State): void;
  choose(view: string): void;
}

export function createViews(scope: Scope, choose: (view: string) => void): Views {
  const buttons = VIEWS.map(([name, text, title]) => ({
    name,
    el: button(scope, { title, "aria-pressed": "false" }, text, () => choose(name)),
  }));
  return {
    el: h(
      "div",
      { class: "sefa-views", role: "group", "aria-label": "View" },
      ...buttons.map(({ el }) => el),
    ),
    update({ view }) {
      for (const { name, el } of buttons) setAttribute(el, "aria-pressed", String(name === view));
    },
    choose,
  };
}
