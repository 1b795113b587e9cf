/** Lays the patches that the kernel has not answered yet over its state: what the person at the panel wants. */

import { type Patch, type State, searches } from "./state";

/**
 * Merge a newer patch over an older one; strengths merge direction by direction.
 *
 * Older strengths are left out where the newer patch asks for other directions: they are not of those.
 */
export function mergePatches(older: Patch, newer: Patch): Patch {
  const merged = { ...older, ...newer };
  if (searches(newer) && !newer.strengths) delete merged.strengths;
  else if (older.strengths && newer.strengths) merged.strengths = { ...older.strengths, ...newer.strengths };
  return merged;
}

/** Lay patches over the kernel's state, oldest first. */
export function overlay(state: State, patches: readonly Patch[]): State {
  return patches.reduce(laid, state);
}

function laid(state: State, patch: Patch): State {
  const { seed, label, second, ...fields } = patch;
  const next = { ...state, ...fields, strengths: { ...state.strengths, ...fields.strengths } };
  const chosen = Math.min(next.chosen, next.starts.length - 1);
  const starts = next.starts.map((pin, row) => {
    if (row !== chosen) return pin;
    const own = label === undefined ? pin.label : label;
    const stays = seed === undefined || (seed === pin.seed && pin.latent === undefined);
    return stays ? { ...pin, label: own } : { seed, label: own, name: "" };
  });
  const other =
    second === undefined ? next.second : second && { method: null, layers: next.layers, ...second };
  return { ...next, starts, chosen, second: other };
}

/** Whether two patches must not be one: strengths of one of them would be taken for other directions. */
export function mustStayApart(older: Patch, newer: Patch): boolean {
  return (searches(older) && !!newer.strengths) || (!!older.strengths && searches(newer));
}

export function isEmpty(patch: Patch): boolean {
  return Object.keys(patch).length === 0;
}
