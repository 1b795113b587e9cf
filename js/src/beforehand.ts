/** Says that the pictures were drawn beforehand, and what a change did besides what was asked for. */

import { h, setHidden, setText } from "./dom";
import type { Beforehand } from "./kernel";

export interface BeforehandNote {
  readonly el: HTMLElement;
  update(): void;
}

export function createBeforehand(beforehand: Beforehand | null): BeforehandNote {
  const said = h("strong", { role: "status" });
  const el = h("p", { class: "sefa-beforehand" }, h("span", {}, beforehand?.about ?? ""), said);
  setHidden(el, beforehand === null);
  return {
    el,
    update: () => setText(said, beforehand?.said ?? ""),
  };
}

/** Let the controls in an element not be for use, and say why. */
export function disable(el: HTMLElement, why: string): void {
  for (const control of el.querySelectorAll<HTMLInputElement>("input, select, button"))
    control.disabled = true;
  el.title = why;
  el.classList.add("sefa-fixed");
}
