/** What a sheet of pictures is of: the names of its columns, and whether directions are those of its state. */

import { rangeName } from "./format";
import type { DirectionsInfo } from "./info";
import type { State } from "./state";

/** What stands above the pictures of each start, left to right; nothing above one picture. */
export function columnNames(state: State, found: DirectionsInfo | null): string[] {
  const names = [found?.title ?? ""];
  const second = found?.second;
  if (state.second && found && second) {
    const apart = found.layers.join() !== second.layers.join();
    const of = ({ title, layers }: Pick<DirectionsInfo, "title" | "layers">) =>
      apart ? `${title}, ${rangeName(layers)}` : title;
    names.splice(0, 1, of(found), of(second));
  } else if (state.second) names.push("");
  else if (state.original) names[0] = "Edited";
  if (state.original) names.unshift("Original");
  return names.length > 1 ? names : [];
}

/** Whether directions are those of the state's methods and layers. */
export function describes(found: DirectionsInfo, state: State): boolean {
  const asked = state.method ?? found.method;
  const second = found.second?.method ?? null;
  if ((state.second === null) !== (second === null)) return false;
  if (state.second?.method && state.second.method !== second) return false;
  if (state.second && state.second.layers.join() !== found.second?.layers.join()) return false;
  return found.method === asked && found.layers.join() === state.layers.join();
}
