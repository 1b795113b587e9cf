/** What each picture of a page is drawn from: a start, and how far its codes are moved along which directions. */

import { movable } from "../info";
import type { LookItem } from "../messages";
import type { Pin, State } from "../state";
import type { Contents, Held } from "./contents";
import type { CarriedEdit } from "./patch";
import { heldFor } from "./searches";

/** Codes that are moved along directions of one search. */
export interface Moved {
  readonly held: Held;
  readonly rows: readonly number[];
  readonly strengths: Readonly<Record<string, number>>;
}

export interface Tile {
  readonly pin: Pin;
  readonly psi: number;
  readonly cutoff: number | null;
  readonly moved: readonly Moved[];
}

/** The pictures of a state, row by row; with `unedited` as many, without any strength. */
export function tilesOf(state: State, contents: Contents, unedited: boolean): Tile[][] {
  const edits = [unedited ? [] : editOf(state, contents)];
  if (state.original) edits.unshift([]);
  return state.starts.map((pin) => edits.map((moved) => tile(state, pin, moved)));
}

/** The nearest state that can be shown, if this direction was moved last. */
export type Settle = (state: State, index: number) => State;

/** A small picture: a start with the state's edit, but one direction at another strength. */
export function lookTile(state: State, contents: Contents, item: LookItem, settle: Settle): Tile | null {
  const [row, index, strength] = item;
  const pin = state.starts[row];
  if (!pin || !movable(heldFor(contents.searches, state).info).includes(index)) return null;
  const strengths = { ...state.strengths, [index]: strength };
  return tile(state, pin, editOf(settle({ ...state, strengths }, index), contents));
}

function tile(state: State, pin: Pin, moved: readonly Moved[]): Tile {
  return { pin, psi: state.truncation_psi, cutoff: state.truncation_cutoff, moved };
}

function editOf(state: State, { generator, searches }: Contents): Moved[] {
  const held = heldFor(searches, state);
  const own = { ...held, edit_layers: state.edit_layers, strengths: state.strengths };
  return [...(state.carried as readonly CarriedEdit[]), own].flatMap((edit): Moved[] => {
    const strengths = Object.fromEntries(
      Object.entries(edit.strengths).filter(([, strength]) => strength !== 0),
    );
    if (Object.keys(strengths).length === 0) return [];
    const found = heldFor(searches, edit);
    return [{ held: found, rows: rowsOf(edit.edit_layers ?? null, found, generator.layers), strengths }];
  });
}

/** The code rows that are edited: those that the layers read; all of the search's if they read none. */
function rowsOf(
  layers: readonly [number, number] | null,
  held: Held,
  all: Contents["generator"]["layers"],
): readonly number[] {
  if (!layers) return held.rows;
  const rows = all.slice(...layers).flatMap(({ row }) => (row === null ? [] : [row]));
  if (rows.length > 0) return [...new Set(rows)].sort((a, b) => a - b);
  return [...new Set(all.flatMap(({ row }) => (row === null ? [] : [row])))];
}

/** A text that is the same for equal pictures only. */
export function tileKey({ pin, psi, cutoff, moved }: Tile): string {
  const edits = moved.map(({ held, rows, strengths }) => [
    held.method,
    held.layers,
    held.normalize,
    rows,
    Object.entries(strengths).sort(),
  ]);
  return JSON.stringify([pin.seed, pin.label, psi, cutoff, edits]);
}
