/** Patches that add a start to those that are shown, or take one away. */

import { notShown } from "./drawn-seeds";
import { RANDOM_SEEDS } from "./seed";
import { chosenPin, type Patch, type Pin, type State } from "./state";

/** How many starts a panel shows at most. */
const MOST = 64;

/** Add a random seed, with the class of the chosen start, or one of those that were drawn; nothing if there are enough. */
export function withAnother(state: State, drawn: readonly Pin[] | null = null): Patch {
  if (state.starts.length >= MOST) return {};
  if (drawn) {
    const other = notShown(state, drawn);
    return other ? { starts: [...state.starts, other] } : {};
  }
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
