/** A grid of directions by their pictures: both ends of each; one of them can be gone to. */

import { button, h, on, type Scope, setText } from "./dom";
import { signed } from "./format";
import type { DirectionsInfo } from "./info";
import { type LabelsInfo, NO_LABELS, nameOf } from "./labels";
import { Thumb, type Wanted } from "./looks";
import { measureOf, ordered } from "./order";
import { endOf, snap } from "./slider-range";
import type { Counts } from "./sliders";
import type { State } from "./state";

const FIRST_SHOWN = 32;

export interface Wall {
  readonly el: HTMLElement;
  update(wanted: State, spectrum: DirectionsInfo | null, labels: LabelsInfo): void;
  more(): void;
  fewer(): void;
  /** The directions that are shown. */
  indices(): ReadonlySet<number>;
  counts(): Counts;
  /** Both ends of each direction. */
  wanted(): Wanted[];
}

/** A direction on the wall. */
interface Pair {
  readonly index: number;
  readonly el: HTMLButtonElement;
  readonly minus: Thumb;
  readonly plus: Thumb;
  readonly name: HTMLElement;
  readonly strength: HTMLElement;
  readonly value: HTMLElement;
}

export function createWall(scope: Scope, onPick: (index: number) => void, onMore: () => void): Wall {
  /** Those on the wall in their order, and all that were. */
  const pairs: Pair[] = [];
  const known = new Map<number, Pair>();
  let count = FIRST_SHOWN;
  let labels = NO_LABELS;
  let state: State | null = null;
  let spectrum: DirectionsInfo | null = null;
  const el = h("div", { class: "sefa-wall", role: "group", "aria-label": "Both ends of each direction" });

  function createPair(index: number): Pair {
    const [minus, plus] = [new Thumb(), new Thumb()];
    const name = h("span", { class: "sefa-wall-name" });
    const [strength, value] = [
      h("span", { class: "sefa-wall-strength" }),
      h("span", { class: "sefa-wall-value sefa-quiet" }),
    ];
    const caption = h("span", { class: "sefa-wall-caption" }, h("b", {}, `#${index}`), name, strength, value);
    const title = `Both ends of direction ${index}; a click goes to its slider`;
    const el = button(scope, { class: "sefa-pair", title }, "", () => onPick(index));
    el.append(h("span", { class: "sefa-pair-pictures" }, minus.el, plus.el), caption);
    return { index, el, minus, plus, name, strength, value };
  }

  on(scope, el, "keydown", (event) => {
    const from = pairs.findIndex(({ el }) => el === document.activeElement);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() }[event.key];
    if (from < 0 || step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    pairs[from + step]?.el.focus();
  });

  /** How many stand in a line. */
  function columns(): number {
    const top = pairs[0]?.el.offsetTop;
    const next = pairs.findIndex(({ el }) => el.offsetTop !== top);
    return next < 0 ? pairs.length : next;
  }

  function layOut(): void {
    const shown = state && spectrum ? ordered(state, spectrum, labels).slice(0, count) : [];
    for (const pair of pairs.splice(0)) if (!shown.includes(pair.index)) pair.el.remove();
    shown.forEach((index, place) => {
      const pair = known.get(index) ?? createPair(index);
      known.set(index, pair);
      pairs.push(pair);
      if (el.children[place] !== pair.el) el.insertBefore(pair.el, el.children[place] ?? null);
      const moved = state?.strengths[index] ?? 0;
      const measure = state && measureOf(state, spectrum, index);
      setText(pair.strength, moved === 0 ? "" : signed(moved));
      pair.strength.title = moved === 0 ? "" : "Its strength";
      setText(pair.name, nameOf(labels, index));
      setText(pair.value, moved === 0 ? (measure?.text ?? "") : ""); // there is room for one number
      pair.value.title = measure?.title ?? "";
      pair.el.classList.toggle("sefa-active", moved !== 0);
    });
  }

  function setCount(next: number): void {
    count = Math.max(FIRST_SHOWN, next);
    layOut();
    onMore();
  }

  return {
    el,
    update(next, nextSpectrum, nextLabels) {
      labels = nextLabels;
      state = next;
      spectrum = nextSpectrum;
      layOut();
    },
    more: () => setCount(count + FIRST_SHOWN),
    fewer: () => setCount(Math.min(count, pairs.length) - FIRST_SHOWN),
    indices: () => new Set(pairs.map(({ index }) => index)),
    counts: () => ({
      shown: pairs.length,
      more: pairs.length < (spectrum?.ends.length ?? 0),
      fewer: pairs.length > FIRST_SHOWN,
    }),
    wanted: () =>
      pairs.flatMap(({ index, minus, plus }) => {
        const [row, end] = [state?.chosen ?? 0, state ? endOf(state, spectrum, index) : 1];
        return [
          { thumb: minus, item: [row, index, snap(-end, end)] as const },
          { thumb: plus, item: [row, index, snap(end, end)] as const },
        ];
      }),
  };
}
