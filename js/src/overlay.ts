/** The kernel's state and patches it has not answered yet go in; the state the person at the panel wants comes out. */

import type { Patch, State } from "./messages";

/** Merge a newer patch over an older one; strengths merge direction by direction. */
export function mergePatches(older: Patch, newer: Patch): Patch {
  const merged = { ...older, ...newer };
  if (older.strengths && newer.strengths) merged.strengths = { ...older.strengths, ...newer.strengths };
  return merged;
}

/** Lay patches over the kernel's state, oldest first. */
export function overlay(state: State, patches: readonly Patch[]): State {
  let wanted = state;
  for (const patch of patches)
    wanted = { ...wanted, ...patch, strengths: { ...wanted.strengths, ...patch.strengths } };
  return wanted;
}

export function isEmpty(patch: Patch): boolean {
  return Object.keys(patch).length === 0;
}
