/** In which order directions are listed. */

import { h, on, type Scope } from "./dom";
import type { DirectionsInfo } from "./info";
import type { State } from "./state";

const ORDERS = [
  ["value", "by value", "As they were found: the largest value first"],
  [
    "effect",
    "by measured change",
    "The directions first that change the picture most for each step, as far as it is measured",
  ],
  ["moved", "moved first", "The directions with a strength first, the largest first"],
] as const;

/** Numbers of all directions, in the order that is wanted. */
export function ordered({ sort, strengths }: State, { ends, stops }: DirectionsInfo): number[] {
  const numbers = [...ends.keys()];
  // Where a slider ends, the change is as large as for others: a near end is a strong direction.
  const effect = (index: number) => (stops[index] === "change" ? 1 / (ends[index] ?? 1) : 0);
  const moved = (index: number) => Math.abs(strengths[index] ?? 0);
  const rank = sort === "effect" ? effect : sort === "moved" ? moved : () => 0;
  return numbers.sort((a, b) => rank(b) - rank(a) || a - b);
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
    },
  };
}
