/** A row for each direction that is shown; one of them is open and has a filmstrip. */

import { h, on, type Scope } from "./dom";
import type { Who } from "./filmstrip";
import { type DirectionsInfo, movable } from "./info";
import type { Beforehand } from "./kernel";
import { type LabelsInfo, NO_LABELS, type Saying } from "./labels";
import type { Wanted } from "./looks";
import { ordered } from "./order";
import { createSliderRow, type SliderRow } from "./slider-row";
import type { State } from "./state";

export const FIRST_SHOWN = 10;
const MORE = 10;

export type Strengths = State["strengths"];

export interface Sliders {
  readonly el: HTMLElement;
  update(wanted: State, spectrum: DirectionsInfo | null, labels: LabelsInfo): void;
  /** Let a person name the open direction. */
  name(): void;
  /** Bring one direction's slider into view, showing it if necessary. */
  reveal(index: number): void;
  /** Show more rows, or fewer. */
  more(): void;
  fewer(): void;
  /** Show the filmstrip of all starts, or of the chosen one again. */
  toggleAll(): void;
  /** The directions that are shown. */
  indices(): ReadonlySet<number>;
  /** How many rows there are, and whether there can be more or fewer. */
  counts(): Counts;
  /** The pictures of both ends; to be asked for, those of rows in view come first. */
  ends(asking: boolean): Wanted[];
  /** The pictures of the filmstrip. */
  strip(): Wanted[];
}

export interface Counts {
  readonly shown: number;
  readonly more: boolean;
  readonly fewer: boolean;
}

export interface SlidersEvents {
  strength(index: number, strength: number): void;
  /** The slider of a direction is to end there; null for where it is measured to end. */
  end(index: number, end: number | null): void;
  name(index: number, fields: Saying): void;
  lock(index: number, locked: boolean): void;
  /** The row of a direction is to be the open one. */
  focus(index: number): void;
  /** Other directions are shown now. */
  shown(): void;
  /** Other pictures are in view now. */
  scrolled(): void;
}

/** `words`: id of the names to propose; `beforehand`: where the strengths were drawn. */
export function createSliders(
  scope: Scope,
  words: string,
  beforehand: Beforehand | null,
  events: SlidersEvents,
): Sliders {
  const rows = new Map<number, SliderRow>();
  const pinned = new Set<number>();
  let count = FIRST_SHOWN;
  let wanted: State | null = null;
  let spectrum: DirectionsInfo | null = null;
  let labels = NO_LABELS;
  let all = false;
  /** A row whose filmstrip closes when the pointer has left: until then nothing moves under the hand. */
  let lingering: number | null = null;
  let pressed = false;
  /** The rows, top to bottom. */
  let placed: readonly number[] = [];

  const list = h("div", { class: "sefa-rows", role: "group", "aria-label": "Strengths of the directions" });
  on(scope, list, "scroll", () => events.scrolled());
  on(scope, list, "pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"] as const)
    on(scope, window, end, () => (pressed = false), true);
  on(scope, list, "pointerleave", () => {
    if (pressed) return;
    lingering = null;
    layOut();
  });

  function openRow(index: number): void {
    const open = focused();
    if (index === open) return;
    lingering = pressed && open !== null && open < index ? open : null;
    events.focus(index);
    events.scrolled();
  }

  /** The directions that there can be rows of. */
  const known = () => (spectrum ? movable(spectrum) : []);
  /** The row with the filmstrip. */
  const focused = () => wanted?.focused ?? null;

  function setCount(next: number): void {
    if (next < count) pinned.clear();
    count = Math.max(FIRST_SHOWN, Math.min(next, Math.ceil(known().length / MORE) * MORE));
    const first = firstIndices();
    const open = focused();
    if (open !== null && !first.includes(open)) events.focus(first[0] ?? 0);
    layOut();
    events.scrolled();
  }

  /** The first directions, those with a strength, and those asked for. */
  function shownIndices(): number[] {
    for (const [index, strength] of Object.entries(wanted?.strengths ?? {}))
      if (strength !== 0) pinned.add(Number(index));
    const open = focused();
    if (open !== null) pinned.add(open);
    const [first, all] = [new Set(firstIndices()), new Set(known())];
    const others = [...pinned].filter((index) => !first.has(index) && all.has(index));
    return [...first, ...others.sort((a, b) => a - b)];
  }

  /** As many as are shown in any case; rows that are pressed keep their places. */
  function firstIndices(): number[] {
    if (pressed && placed.length > 0) return placed.slice(0, count);
    return wanted && spectrum ? ordered(wanted, spectrum, labels).slice(0, count) : [];
  }

  function createRow(index: number): SliderRow {
    const row = createSliderRow(scope, index, words, beforehand, {
      name: (fields) => events.name(index, fields),
      set: (strength) => events.strength(index, strength),
      end: (end) => events.end(index, end),
      lock: (locked) => events.lock(index, locked),
      toggleAll,
    });
    on(scope, row.el, "focusin", () => openRow(index));
    return row;
  }

  function toggleAll(): void {
    all = !all;
    layOut();
    events.scrolled();
  }

  function people(): Who[] {
    const { starts = [], chosen = 0 } = wanted ?? {};
    return starts
      .map(({ seed, name }, row) => ({ row, name: name || `seed ${seed}` }))
      .filter(({ row }) => all || row === chosen);
  }

  function layOut(): void {
    const shown = shownIndices();
    const same = shown.join() === placed.join();
    placed = shown;
    if (!same) {
      for (const [index, row] of rows) {
        if (shown.includes(index)) continue;
        row.el.remove();
        rows.delete(index);
      }
      shown.forEach((index, place) => {
        const row = rows.get(index) ?? createRow(index);
        rows.set(index, row);
        const apart = wanted?.sort === "value" && place > 0 && shown[place - 1] !== index - 1;
        row.el.classList.toggle("sefa-apart", apart);
        if (list.children[place] !== row.el) list.insertBefore(row.el, list.children[place] ?? null);
      });
      events.shown();
    }
    list.classList.toggle("sefa-matching", spectrum?.second != null);
    const who = people();
    const everyone = all || wanted?.starts.length === 1;
    for (const [index, row] of rows) {
      row.setLocked(wanted?.locked.includes(index) ?? false);
      if (wanted) row.show(wanted, spectrum, labels);
      row.open(index === focused() || index === lingering ? who : null, everyone, wanted);
    }
  }

  function inView({ el }: SliderRow): boolean {
    const [box, frame] = [el.getBoundingClientRect(), list.getBoundingClientRect()];
    return box.bottom >= frame.top && box.top <= frame.bottom;
  }

  return {
    el: list,
    update(next, nextSpectrum, nextLabels) {
      labels = nextLabels;
      wanted = next;
      spectrum = nextSpectrum;
      layOut();
    },
    reveal(index) {
      pinned.add(index);
      lingering = null;
      if (index === focused()) layOut();
      else events.focus(index);
      rows.get(index)?.reveal();
      events.scrolled();
    },
    name: () => rows.get(focused() ?? -1)?.name(),
    more: () => setCount(count + MORE),
    fewer: () => setCount(count - MORE),
    toggleAll,
    indices: () => new Set(rows.keys()),
    counts() {
      const first = new Set(firstIndices());
      const idle = placed.some((index) => !first.has(index) && !wanted?.strengths[index]);
      return {
        shown: rows.size,
        more: count < known().length,
        fewer: count > FIRST_SHOWN || idle,
      };
    },
    ends(asking) {
      const inOrder = placed.flatMap((index) => rows.get(index) ?? []);
      // Where rows are is asked only then: it makes the page lay out, which a drag has no time for.
      const near = asking ? inOrder.filter(inView) : inOrder;
      const far = inOrder.filter((row) => !near.includes(row));
      return [...near, ...far].flatMap((row) => row.ends(wanted?.chosen ?? 0));
    },
    strip: () => rows.get(focused() ?? -1)?.strip() ?? [],
  };
}
