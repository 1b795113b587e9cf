/** Where a direction changes the pictures: both ends of its slider, compared pixel by pixel, over each person. */

import { button, h, type Scope, setAttribute, setHidden, setText } from "./dom";
import type { DirectionsInfo } from "./info";
import { Thumb, type Wanted } from "./looks";
import { endOf, snap } from "./slider-range";
import type { State } from "./state";

/** Changes of less than this share of the whole range of colours are never drawn strongly. */
const FAINT = 0.1;
const [RED, GREEN, BLUE] = [30, 100, 255];

export interface Heat {
  readonly button: HTMLButtonElement;
  /** What the colour means. */
  readonly note: HTMLElement;
  toggle(): void;
  /** The pictures that are compared; none as long as it is off. */
  wanted(state: State, found: DirectionsInfo | null): Wanted[];
  /** Draw what has come, over the pictures of each person. */
  draw(state: State, pictures: (row: number) => HTMLElement | undefined): void;
}

/** Both ends of one person's picture, and what is drawn over it. */
class Over {
  readonly minus = new Thumb();
  readonly plus = new Thumb();
  readonly canvas = h("canvas", { class: "sefa-heat", "aria-hidden": "true" });
  #drawn = "";

  draw(): void {
    const keys = [this.minus.key, this.plus.key];
    if (keys.includes("") || this.#drawn === keys.join()) return;
    this.#drawn = keys.join();
    const [one, other] = [pixels(this.minus.canvas), pixels(this.plus.canvas)];
    if (!one || !other || one.width !== other.width) return;
    const { width, height } = one;
    const changes = blurred(differences(one.data, other.data), width, height);
    const most = Math.max(FAINT, ...changes);
    const drawn = new ImageData(width, height);
    changes.forEach((change, place) => {
      drawn.data.set([RED, GREEN, BLUE, Math.round(235 * (change / most) ** 1.3)], 4 * place);
    });
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.getContext("2d")?.putImageData(drawn, 0, 0);
  }
}

/** `changed`: it was switched on or off. */
export function createHeat(scope: Scope, changed: () => void): Heat {
  let shown = false;
  const over: Over[] = [];
  const note = h("p", { class: "sefa-heat-note", role: "status", hidden: "" });
  const toggle = () => {
    shown = !shown;
    setAttribute(el, "aria-pressed", String(shown));
    changed();
  };
  const el = button(
    scope,
    { class: "sefa-heat-button", "aria-pressed": "false" },
    "Where it changes",
    toggle,
  );
  el.title = "Blue marks where the open direction changes each picture (h)";

  return {
    button: el,
    note,
    toggle,
    wanted(state, found) {
      const { focused, starts } = state;
      if (!shown || focused === null || found?.ends[focused] === undefined) return [];
      const end = endOf(state, found, focused);
      const far = snap(end, end);
      return starts.flatMap((_, row) => {
        over[row] ??= new Over();
        return [
          { thumb: over[row].minus, item: [row, focused, -far] as const },
          { thumb: over[row].plus, item: [row, focused, far] as const },
        ];
      });
    },
    draw({ focused, starts, second, original }, pictures) {
      const columns = 1 + Number(second !== null) + Number(original);
      const on = shown && focused !== null;
      setHidden(note, !on);
      if (on)
        setText(note, `Blue: where direction ${focused} changes each picture, from one end to the other`);
      over.length = Math.min(over.length, starts.length);
      starts.forEach((_, row) => {
        const [box, heat] = [pictures(row), over[row]];
        box?.classList.toggle("sefa-heated", on);
        if (on) heat?.draw();
        if (!box || !heat) return;
        if (heat.canvas.parentElement !== box) box.append(heat.canvas);
        // Over the edited picture, which is right of the original.
        heat.canvas.style.width = `${100 / columns}%`;
        heat.canvas.style.left = `${(100 * Number(original)) / columns}%`;
      });
    },
  };
}

function pixels(canvas: HTMLCanvasElement): ImageData | undefined {
  return canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height);
}

/** The mean difference of the colours of each pixel, 0 to 1. */
function differences(one: Uint8ClampedArray, other: Uint8ClampedArray): Float32Array {
  return Float32Array.from({ length: one.length / 4 }, (_, place) => {
    const channels = [0, 1, 2].map((channel) =>
      Math.abs((one[4 * place + channel] ?? 0) - (other[4 * place + channel] ?? 0)),
    );
    return channels.reduce((sum, change) => sum + change, 0) / 765;
  });
}

/** The mean over the pixels around each, so that single pixels do not catch the eye. */
function blurred(changes: Float32Array, width: number, height: number): Float32Array {
  return changes.map((_, place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    let [sum, count] = [0, 0];
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        sum += changes[v * width + u] ?? 0;
        count += 1;
      }
    return sum / count;
  });
}
