/** In which order directions are listed, and the number that says why. */

import type { Box } from "./check";
import { h, on, type Scope } from "./dom";
import { shortNumber, significant, valueName } from "./format";
import { type Acts, type DirectionsInfo, movable } from "./info";
import { type LabelsInfo, NO_LABELS, nameOf } from "./labels";
import type { State } from "./state";

/** Rows and columns of the cells that `Acts.where` is of. */
const GRID = 8;

const ORDERS = [
  ["value", "by value", "As they were found: the largest value first"],
  ["effect", "by measured change", "The directions first that change the picture most for each step"],
  ["alike", "by how alike", "The directions first that change different pictures in the same way"],
  ["region", "by the box", "The directions first whose change is in the box that is drawn on the picture"],
  ["named", "named first", "The directions first that have a name, in the order of the alphabet"],
  ["unnamed", "unnamed first", "The directions first that nobody has named yet, as they were found"],
  ["moved", "moved first", "The directions with a strength first, the largest first"],
] as const;

/** A number of a direction, by which it can be listed. */
export interface Measure {
  readonly symbol: string;
  readonly text: string;
  readonly title: string;
}

/** Numbers of all directions, in the order that is wanted; those that are not measured come last. */
export function ordered(state: State, found: DirectionsInfo, labels: LabelsInfo = NO_LABELS): number[] {
  const { sort, strengths } = state;
  if (sort === "named") return byName(found, labels);
  const rank = (index: number): number => {
    if (sort === "unnamed") return nameOf(labels, index) ? 0 : 1;
    if (sort === "moved") return Math.abs(strengths[index] ?? 0);
    return sort === "value" ? 0 : (measured(state, found, index) ?? Number.NEGATIVE_INFINITY);
  };
  const ranks = found.ends.map((_, index) => rank(index));
  return [...movable(found)].sort((a, b) => difference(ranks[b], ranks[a]) || a - b);
}

/** Those with a name first, by name. */
function byName(found: DirectionsInfo, labels: LabelsInfo): number[] {
  const name = (index: number) => nameOf(labels, index);
  return [...movable(found)].sort((a, b) => {
    if (!name(a) || !name(b)) return Number(!name(a)) - Number(!name(b)) || a - b;
    return name(a).localeCompare(name(b)) || a - b;
  });
}

/** What the panel says beside a direction: what directions are listed by, else their values. */
export function measureOf(state: State, found: DirectionsInfo | null, index: number): Measure | null {
  const number = found ? measured(state, found, index) : null;
  if (number !== null && state.sort === "effect") {
    const title = "Change of the picture for each step of 1 (RMS, colours go from -1 to 1)";
    return { symbol: "change", text: shortNumber(number), title };
  }
  if (number !== null && state.sort === "alike")
    return {
      symbol: "alike",
      text: number.toFixed(2),
      title: "How alike this direction changes different pictures: 1 is the same change, 0 unrelated ones",
    };
  if (number !== null && state.sort === "region")
    return { symbol: "in the box", text: `${Math.round(100 * number)} %`, title: "Share of the change" };
  const value = found?.values?.[index];
  if (value === undefined) return null;
  const title = `${valueName(found)}: ${value}`;
  return { symbol: found?.value_symbol ?? "", text: significant(value), title };
}

/** The number that directions are listed by; null where it is not measured, or they are listed otherwise. */
function measured({ sort, region }: State, found: DirectionsInfo, index: number): number | null {
  const acts = found.acts[index];
  // Where a slider ends, the change is as large as for others: a near end is a strong direction.
  if (sort === "effect")
    return found.stops[index] === "change" ? (found.change ?? 1) / (found.ends[index] ?? 1) : null;
  if (!acts) return null;
  if (sort === "alike") return acts.alike;
  return sort === "region" && region ? share(acts, region) : null;
}

/** How much of a change is in a box; cells count by how much of them is in it. */
export function share({ where }: Acts, [top, left, bottom, right]: Box): number {
  const within = (cell: number, from: number, to: number) =>
    Math.max(0, Math.min(cell + 1, GRID * to) - Math.max(cell, GRID * from));
  const parts = where.map((part, cell) => {
    const [row, column] = [Math.floor(cell / GRID), cell % GRID];
    return part * within(row, top, bottom) * within(column, left, right);
  });
  return parts.reduce((sum, part) => sum + part, 0) / 1000;
}

/** Of two ranks, of which both may be minus infinity. */
function difference(one = 0, other = 0): number {
  return one === other ? 0 : one - other;
}

export interface Order {
  readonly el: HTMLElement;
  update(state: State): void;
}

export function createOrder(scope: Scope, sort: (name: string) => void): Order {
  const options = ORDERS.map(([value, text, title]) => h("option", { value, title }, text));
  const select = h("select", { "aria-label": "Order of the directions" }, ...options);
  on(scope, select, "change", () => sort(select.value));
  return {
    el: select,
    update(state) {
      select.value = state.sort;
      select.title = ORDERS.find(([value]) => value === state.sort)?.[2] ?? "";
      const box = options.find(({ value }) => value === "region");
      if (box) box.disabled = state.region === null && state.sort !== "region";
    },
  };
}
