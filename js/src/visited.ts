/** The strip of pictures that were visited: one for each step, and a click goes back to it. */

import { button, h, type Scope, setAttribute, setHidden, setText } from "./dom";
import { Thumb, type Wanted } from "./looks";
import type { LookItem } from "./messages";
import type { History } from "./state";

/** Pixels of a kept picture. */
const SIZE = 64;

export interface Visited {
  readonly el: HTMLElement;
  update(history: History): void;
  /** Keep the picture of the present step. */
  keep(picture: HTMLCanvasElement): void;
  /** The pictures that are missing, after a reload for instance; the newest steps first. */
  wanted(): Wanted[];
  /** Name the picture of a step among all that there ever are. */
  context(item: LookItem): string;
}

interface Step {
  readonly el: HTMLButtonElement;
  readonly thumb: Thumb;
  readonly name: HTMLElement;
  /** Revision of the picture that is kept. */
  revision: string;
  /** Revision of the step's state: another step may come to stand at the same place. */
  state: number | undefined;
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
    const thumb = new Thumb();
    const name = h("span", { class: "sefa-visited-name" });
    const el = button(scope, { class: "sefa-step" }, "", () => place !== present && visit(place));
    el.append(thumb.el, name);
    return { el, thumb, name, revision: "", state: undefined };
  }

  return {
    el,
    update({ first, place, names, revisions, revision }) {
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
        if (step.state !== revisions[index]) step.revision = "";
        step.state = revisions[index];
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
      const { canvas } = step.thumb;
      canvas.width = canvas.height = SIZE;
      canvas.getContext("2d")?.drawImage(picture, 0, 0, SIZE, SIZE);
      step.thumb.drawn();
    },
    wanted: () =>
      [...steps]
        .filter(([place, step]) => place !== present && step.state !== undefined && step.revision === "")
        .sort(([one], [other]) => other - one)
        .map(([place, { thumb }]) => ({ thumb, item: [place, place, 0] as const })),
    context: ([place]) => `visited ${place} ${steps.get(place)?.state}`,
  };
}
