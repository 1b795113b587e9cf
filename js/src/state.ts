/** The panel's state: what its sheet shows, as the kernel describes it. */

import {
  type Box,
  type Fields,
  isBox,
  isFields,
  isNumber,
  isNumbers,
  isRange,
  isTexts,
  type Range,
} from "./check";

/** One start that the panel shows. */
export interface Pin {
  readonly seed: number;
  /** Its class, if the generator has classes. */
  readonly label: number | null;
  /** What a person calls it; empty where it has no name. */
  readonly name: string;
  /** The latent itself, as of a photo; `seed` means nothing then. */
  readonly latent?: string;
}

/** Which directions, of a second search. */
export interface Search {
  /** How directions are found; null lets the kernel choose by the layers. */
  readonly method: string | null;
  readonly layers: Range;
}

/** An edit along directions of an earlier search, done beside what the sliders do. */
export interface Carried extends Search {
  readonly strengths: Readonly<Record<string, number>>;
}

export interface State {
  readonly revision: number;
  /** Name of the generator that the state is of. */
  readonly generator: string;
  /** Fingerprint of that generator; null as long as the kernel has not computed it. */
  readonly fingerprint: string | null;
  /** Where the pictures begin: the rows of the sheet. There is one at least. */
  readonly starts: readonly Pin[];
  /** Number of the start that is shown large. */
  readonly chosen: number;
  /** Non-zero strengths by direction. */
  readonly strengths: Readonly<Record<string, number>>;
  /** Directions that are left alone when all are reset. */
  readonly locked: readonly number[];
  /** What sliders had set when other directions were asked for. */
  readonly carried: readonly Carried[];
  /** Layers that are factorised. */
  readonly layers: Range;
  /** Layers whose codes are edited; null for the same as `layers`. */
  readonly edit_layers: Range | null;
  /** How directions are found; null lets the kernel choose by the layers. */
  readonly method: string | null;
  /** Options of the method; those left out have their defaults. */
  readonly options: Fields;
  readonly normalize: boolean;
  /** Other directions, whose pictures are drawn beside those of the first. */
  readonly second: Search | null;
  /** Whether the picture without strengths is drawn beside the edited one. */
  readonly original: boolean;
  readonly truncation_psi: number;
  readonly truncation_cutoff: number | null;
  /** Noise inputs of the network: stored, fresh or off. */
  readonly noise: string;
  /** A box of the picture, in fractions: top, left, bottom, right; null for none. */
  readonly region: Box | null;
  /** In which order directions are listed. */
  readonly sort: string;
  /** The sliders go so many times as far as their ends say. */
  readonly stretch: number;
  /** Where single sliders end, in place of their measured ends. */
  readonly ranges: Readonly<Record<string, number>>;
  /** What stands beside the pictures: "explore" or "wall". */
  readonly view: string;
  /** Whether the spectrum shows its control. */
  readonly control: boolean;
  /** Whether all is larger, for a projector. */
  readonly projector: boolean;
  /** The direction whose row is open; null for none. */
  readonly focused: number | null;
}

/** Absolute new values of some of the state's fields; `seed` and `label` are those of the chosen start. */
export type Patch = Partial<
  Omit<State, "revision" | "generator" | "fingerprint" | "second"> & {
    seed: number;
    label: number | null;
    second: Partial<Search> | null;
  }
>;

/** What sets all to zero that is not locked, and takes a carried edit away; empty where there is nothing. */
export function resetting({ strengths, locked, carried }: State): Patch {
  const moved = Object.entries(strengths).filter(
    ([index, strength]) => strength && !locked.includes(Number(index)),
  );
  const zeros = { strengths: Object.fromEntries(moved.map(([index]) => [index, 0])) };
  return { ...(moved.length > 0 ? zeros : {}), ...(carried.length > 0 ? { carried: [] } : {}) };
}

/** The sliders' own ranges with another end of one; null takes it away. */
export function ranged({ ranges }: State, index: number, end: number | null): State["ranges"] {
  const others = Object.entries(ranges).filter(([other]) => Number(other) !== index);
  return Object.fromEntries(end === null ? others : [...others, [index, end]]);
}

/** Whether a patch asks for other directions. */
export function searches(patch: Patch): boolean {
  return ["method", "layers", "options", "normalize"].some((name) => name in patch);
}

/** The start that is shown large. */
export function chosenPin(state: State): Pin {
  const pin = state.starts[state.chosen] ?? state.starts[0];
  if (!pin) throw new Error("The state has no start.");
  return pin;
}

export function parseState(value: unknown): State | null {
  if (!isFields(value) || !isNumber(value.revision) || !isNumber(value.chosen)) return null;
  if (!Array.isArray(value.starts) || value.starts.length === 0 || !value.starts.every(isPin)) return null;
  if (!isRange(value.layers) || !isFields(value.strengths)) return null;
  if (!Object.values(value.strengths).every(isNumber)) return null;
  return {
    revision: value.revision,
    generator: typeof value.generator === "string" ? value.generator : "",
    fingerprint: typeof value.fingerprint === "string" ? value.fingerprint : null,
    starts: value.starts,
    chosen: Math.min(value.chosen, value.starts.length - 1),
    strengths: value.strengths as Record<string, number>,
    locked: isNumbers(value.locked) ? value.locked : [],
    carried: Array.isArray(value.carried) ? value.carried.flatMap(parseCarried) : [],
    layers: value.layers,
    edit_layers: isRange(value.edit_layers) ? value.edit_layers : null,
    method: typeof value.method === "string" ? value.method : null,
    options: isFields(value.options) ? value.options : {},
    normalize: value.normalize === true,
    second: parseSearch(value.second),
    original: value.original === true,
    truncation_psi: isNumber(value.truncation_psi) ? value.truncation_psi : 1,
    truncation_cutoff: isNumber(value.truncation_cutoff) ? value.truncation_cutoff : null,
    noise: typeof value.noise === "string" ? value.noise : "const",
    region: isBox(value.region) ? value.region : null,
    sort: typeof value.sort === "string" ? value.sort : "value",
    ranges:
      isFields(value.ranges) && Object.values(value.ranges).every(isNumber)
        ? (value.ranges as Record<string, number>)
        : {},
    view: typeof value.view === "string" ? value.view : "explore",
    control: value.control === true,
    projector: value.projector === true,
    stretch: isNumber(value.stretch) ? value.stretch : 1,
    focused: isNumber(value.focused) ? value.focused : null,
  };
}

/** The steps there were: what `undo` and `redo` would change, and the names of the newest ones. */
export interface History {
  /** In words; null where there is nothing. */
  readonly undo: string | null;
  readonly redo: string | null;
  /** Place of the first named step, and of the present one. */
  readonly first: number;
  readonly place: number;
  /** Revision of the present one. */
  readonly revision: number;
  /** What was changed at each step. */
  readonly names: readonly string[];
  /** Revision of the state of each step; none where pictures of steps cannot be asked for. */
  readonly revisions: readonly number[];
}

export function parseHistory(value: unknown): History {
  const { undo, redo, first, place, names, revisions, revision } = isFields(value) ? value : ({} as Fields);
  return {
    undo: typeof undo === "string" ? undo : null,
    redo: typeof redo === "string" ? redo : null,
    first: isNumber(first) ? first : 0,
    place: isNumber(place) ? place : 0,
    revision: isNumber(revision) ? revision : -1,
    names: Array.isArray(names) && isTexts(names) ? names : [],
    revisions: isNumbers(revisions) ? revisions : [],
  };
}

function parseSearch(value: unknown): Search | null {
  if (!isFields(value) || !isRange(value.layers)) return null;
  return { method: typeof value.method === "string" ? value.method : null, layers: value.layers };
}

function parseCarried(value: unknown): Carried[] {
  const search = parseSearch(value);
  if (!search || !isFields(value) || !isFields(value.strengths)) return [];
  if (!Object.values(value.strengths).every(isNumber)) return [];
  return [{ ...search, strengths: value.strengths as Record<string, number> }];
}

/** What a start is called: by its name, or by its seed. */
export function titleOf({ name, seed, latent }: Pin): string {
  return name || (latent === undefined ? `seed ${seed}` : "photo");
}

export function isPin(value: unknown): value is Pin {
  if (!isFields(value) || !isNumber(value.seed) || typeof value.name !== "string") return false;
  if (value.latent !== undefined && typeof value.latent !== "string") return false;
  return value.label === null || isNumber(value.label);
}
