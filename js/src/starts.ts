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

/** Give a start a name; an empty one takes it away. */
export function named({ starts }: State, row: number, name: string): Patch {
  return { starts: starts.map((pin, place) => (place === row ? { ...pin, name } : pin)) };
}

/** Let a start change places with its neighbour; the chosen one stays chosen. Nothing if there is none. */
export function shifted({ starts, chosen }: State, row: number, by: -1 | 1): Patch {
  const [one, other] = [starts[row], starts[row + by]];
  if (!one || !other) return {};
  const next = starts.map((pin, place) => (place === row ? other : place === row + by ? one : pin));
  return { starts: next, chosen: chosen === row ? row + by : chosen === row + by ? row : chosen };
}

/** Take a start away; the chosen one stays chosen if it is another. */
export function without({ starts, chosen }: State, row: number): Patch {
  const left = starts.filter((_, place) => place !== row);
  return { starts: left, chosen: Math.min(chosen > row ? chosen - 1 : chosen, left.length - 1) };
}
