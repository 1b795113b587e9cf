/** Pictures from one end of a slider to the other, each under the place of the slider where it is reached. */

import { button, h, type Scope, setAttribute, setHidden, setText } from "./dom";
import { signed } from "./format";
import type { Beforehand } from "./kernel";
import { Thumb, type Wanted } from "./looks";
import { snap } from "./slider-range";
import type { State } from "./state";

/** Pictures from end to end: the middle one is at zero. */
const FRAMES = 7;
/** Most pictures there is room for where each strength was drawn. */
const MOST = 9;

/** A start whose pictures are shown, by its number. */
export interface Who {
  readonly row: number;
  readonly name: string;
}

export interface Filmstrip {
  readonly el: HTMLElement;
  /** `state`: what else is moved, where strengths were drawn beforehand. */
  show(strength: number, end: number, people: readonly Who[], state?: State | null): void;
  /** The pictures it shows. */
  wanted(): Wanted[];
}

/** The strip of one start. */
interface Line {
  readonly el: HTMLElement;
  readonly name: HTMLElement;
  readonly frames: readonly { readonly el: HTMLElement; readonly thumb: Thumb }[];
}

/** `set`: a picture is clicked; null where they are only to be looked at, and nothing says of what they are. */
export function createFilmstrip(
  scope: Scope,
  index: number,
  set: ((strength: number) => void) | null,
  beforehand: Beforehand | null = null,
): Filmstrip {
  let end = 1;
  let count = FRAMES;
  let people: readonly Who[] = [];
  const lines: Line[] = [];
  let labels: readonly HTMLElement[] = [];
  const scale = h("div", { class: "sefa-strip-scale", "aria-hidden": "true" });
  const el = h("div", { class: "sefa-filmstrip", role: "group" }, scale);
  el.setAttribute(
    "aria-label",
    set ? `Pictures along direction ${index}` : "Pictures: the middle ones are unchanged",
  );

  const at = (frame: number) => snap((end * (2 * frame - count + 1)) / (count - 1), end);

  /** Make room for so many pictures. */
  function setCount(next: number): void {
    if (next === count && labels.length > 0) return;
    count = next;
    for (const { el } of lines.splice(0)) el.remove();
    // Both ends and the middle have their number where there is little room too.
    labels = Array.from({ length: count }, (_, frame) =>
      h("span", frame % ((count - 1) / 2) === 0 ? { class: "sefa-landmark" } : {}),
    );
    scale.replaceChildren(...labels);
    el.style.setProperty("--sefa-frames", String(count));
  }

  function createLine(): Line {
    const frames = Array.from({ length: count }, (_, frame) => {
      const thumb = new Thumb();
      // The slider does the same by keyboard.
      const el = set
        ? button(scope, { class: "sefa-frame-button", tabindex: "-1" }, "", () => set(at(frame)))
        : h("span", { class: "sefa-frame" });
      el.append(thumb.el);
      return { el, thumb };
    });
    const name = h("span", { class: "sefa-strip-name" });
    const strip = h("div", { class: "sefa-frames" }, ...frames.map(({ el }) => el));
    return { el: h("div", { class: "sefa-line" }, name, strip), name, frames };
  }

  return {
    el,
    show(strength, nextEnd, nextPeople, state) {
      setCount(framesOf(state && beforehand ? beforehand.steps(state, index) : FRAMES));
      end = nextEnd;
      people = nextPeople;
      for (const { el } of lines.splice(people.length)) el.remove();
      while (lines.length < people.length) {
        const line = createLine();
        lines.push(line);
        el.insertBefore(line.el, scale);
      }
      if (!set) {
        for (const [number, { name }] of lines.entries()) setText(name, people[number]?.name ?? "");
        for (const [frame, label] of labels.entries())
          setText(label, 2 * frame === count - 1 ? "unchanged" : "");
        return;
      }
      const place = Math.round(((strength / end + 1) / 2) * (count - 1));
      const nearest = Math.min(count - 1, Math.max(0, place));
      labels.forEach((label, frame) => {
        setText(label, signed(at(frame)));
        label.classList.toggle("sefa-nearest", frame === nearest);
      });
      people.forEach(({ name }, number) => {
        const line = lines[number];
        if (!line) return;
        setText(line.name, name);
        setHidden(line.name, people.length === 1);
        line.frames.forEach(({ el }, frame) => {
          const text = `Set direction ${index} to ${signed(at(frame))}`;
          if (el.title !== text) {
            el.title = text;
            setAttribute(el, "aria-label", people.length === 1 ? text : `${name}: ${text}`);
          }
          if (frame === nearest) setAttribute(el, "aria-current", "true");
          else el.removeAttribute("aria-current");
        });
      });
    },
    wanted: () =>
      people.flatMap(({ row }, number) =>
        (lines[number]?.frames ?? []).map(({ thumb }, frame) => ({
          thumb,
          item: [row, index, at(frame)] as const,
        })),
      ),
  };
}

/** How many pictures are shown of so many strengths: all, or evenly apart as many as there is room for. */
function framesOf(steps: number): number {
  for (let by = 1; by < steps; by++)
    if ((steps - 1) % (2 * by) === 0 && (steps - 1) / by < MOST) return (steps - 1) / by + 1;
  return steps;
}
