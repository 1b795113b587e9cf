/** The strip of pictures that were visited: one for each step, and a click goes back to it. */

import { button, h, type Scope, setAttribute, setHidden, setText } from "./dom";
import type { History } from "./state";

/** Pixels of a kept picture. */
const SIZE = 64;

export interface Visited {
  readonly el: HTMLElement;
  update(history: History): void;
  /** Keep the picture of the present step. */
  keep(picture: HTMLCanvasElement): void;
}

interface Step {
  readonly el: HTMLButtonElement;
  readonly canvas: HTMLCanvasElement;
  readonly name: HTMLElement;
  /** Revision of the picture that is kept. */
  revision: string;
}

export function createVisited(scope: Scope, visit: (place: number) => void): Visited {
  const strip = h("div", { class: "sefa-visited-steps" });
  const el = h(
    "section",
    { class: "sefa-visited", "aria-label": "Visited pictures", hidden: "" },
    h("div", { class: "sefa-visited-head" }, h("h3", {}, "Visited"), h("span", {}, "Click to return")),
    strip,
  );
  const steps = new Map<number, Step>();
  let present = -1;
  let shownRevision = "";

  function create(place: number): Step {
    const canvas = h("canvas", { width: "1", height: "1", "aria-hidden": "true" });
    const name = h("span", { class: "sefa-visited-name" });
    const el = button(scope, { class: "sefa-step" }, "", () => place !== present && visit(place));
    el.append(h("span", { class: "sefa-look sefa-pending" }, canvas), name);
    return { el, canvas, name, revision: "" };
  }

  return {
    el,
    update({ first, place, names, revision }) {
      const before = present;
      present = place;
      shownRevision = String(revision);
      setHidden(el, names.length < 2);
      for (const [number, step] of steps)
        if (number < first || number >= first + names.length) {
          step.el.remove();
          steps.delete(number);
        }
      names.forEach((text, index) => {
        const number = first + index;
        const step = steps.get(number) ?? create(number);
        steps.set(number, step);
        const now = number === place;
        setText(step.name, now ? "now" : text);
        step.el.title = now ? `The present picture: ${text}` : `Go back to this picture: ${text}`;
        if (now) setAttribute(step.el, "aria-current", "step");
        else step.el.removeAttribute("aria-current");
        if (strip.children[index] !== step.el) strip.insertBefore(step.el, strip.children[index] ?? null);
      });
      // Not for each step of a drag: to scroll makes the page lay out.
      if (place !== before) strip.scrollLeft = strip.scrollWidth;
    },
    keep(picture) {
      const step = steps.get(present);
      const revision = picture.dataset.revision ?? "";
      // A frame may come before the step that it is of.
      if (!step || revision !== shownRevision || step.revision === revision) return;
      step.revision = revision;
      step.canvas.width = step.canvas.height = SIZE;
      step.canvas.getContext("2d")?.drawImage(picture, 0, 0, SIZE, SIZE);
      step.el.firstElementChild?.classList.remove("sefa-pending");
    },
  };
}
