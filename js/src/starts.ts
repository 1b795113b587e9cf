/** Patches that add a start to those that are shown, or take one away. */

import { RANDOM_SEEDS } from "./seed";
import { chosenPin, type Patch, type State } from "./state";

/** How many starts a panel shows at most. */
const MOST = 64;

/** Add a random seed, with the class of the chosen start; nothing if there are enough. */
export function withAnother(state: State): Patch {
  if (state.starts.length >= MOST) return {};
  const seed = Math.floor(Math.random() * RANDOM_SEEDS);
  return { starts: [...state.starts, { seed, label: chosenPin(state).label, name: "" }] };
}

/** Take a start away; the chosen one stays chosen if it is another. */
export function without({ starts, chosen }: State, row: number): Patch {
  const left = starts.filter((_, place) => place !== row);
  return { starts: left, chosen: Math.min(chosen > row ? chosen - 1 : chosen, left.length - 1) };
}
