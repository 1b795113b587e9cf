/** What the kernel says of the generator, its methods and the present directions. */

import { isFields, isNumber, isNumbers, isRange, isTexts, type Range } from "./check";

const STOPS = ["estimate", "change", "sharpness", "flat"] as const;

/** Not measured; changed enough; pictures break; the picture hardly changes any more. */
export type Stop = (typeof STOPS)[number];

/** What a direction does between the ends of its slider. */
export interface Acts {
  /** How alike it changes different pictures: 1 is the same change in each, 0 is unrelated ones. */
  readonly alike: number;
  /** The share of each cell of an 8 x 8 grid in the change, in thousandths, row by row. */
  readonly where: readonly number[];
}

/** The present directions. */
export interface DirectionsInfo {
  readonly method: string;
  /** The method's name as people read it. */
  readonly title: string;
  readonly layers: Range;
  readonly normalized: boolean;
  /** Rows of the factorised weight, m; 0 for methods that read no weights. */
  readonly rows: number;
  /** What the values are, in words and as on an axis; empty where there are none. */
  readonly value_name: string;
  readonly value_symbol: string;
  /** The number beside every direction, descending; null for methods that give none. */
  readonly values: readonly number[] | null;
  /** Each direction's slider goes from -end to end; as many as there are directions. */
  readonly ends: readonly number[];
  /** Why each slider ends there. */
  readonly stops: readonly Stop[];
  /** The image change at measured ends (RMS, values go from -1 to 1); null if nothing is measured yet. */
  readonly change: number | null;
  /** The second search's directions, in the order of these. */
  readonly second: Second | null;
  /** What directions do, as far as it is measured, by their numbers. */
  readonly acts: Readonly<Record<string, Acts>>;
  /** The directions that can be moved, ascending; null for all. */
  readonly only: readonly number[] | null;
  /** What to know of how they were found: that a search has not converged, for example. */
  readonly notes: readonly string[];
}

/** Numbers of the directions that can be moved. */
export function movable({ only, ends }: DirectionsInfo): readonly number[] {
  return only ?? [...ends.keys()];
}

export interface Second {
  readonly method: string;
  readonly title: string;
  readonly layers: Range;
  /** For each direction the one it is matched with, and |cos| between them. */
  readonly matches: readonly (readonly [number, number])[];
  /** Where their own sliders would end: by how much the second picture moves depends on it. */
  readonly ends: readonly number[];
  /** The |cos| that 95 % of matched random directions stay below. */
  readonly chance: number;
}

export interface Layer {
  readonly name: string;
  readonly resolution: number;
  /** Row of the codes that feeds it; null if it does not read the latent. */
  readonly row: number | null;
}

/** One option of a method: what it may be, and what it means. */
export interface Option {
  readonly name: string;
  readonly title: string;
  readonly kind: string;
  readonly default: unknown;
  readonly about: string;
  /** Range of a number, both ends included; null for no limit. */
  readonly least: number | null;
  readonly most: number | null;
  readonly above_zero: boolean;
  /** The words it may be. */
  readonly choices: readonly string[];
}

/** A way to find directions, as the menu offers it. */
export interface Method {
  readonly name: string;
  readonly title: string;
  readonly options: readonly Option[];
  /** What its values are, in words and as on an axis; empty where there are none. */
  readonly value_name: string;
  readonly value_symbol: string;
  /** About how long it takes, in words. */
  readonly takes: string;
  /** What the chosen layers are to it: `latent` if each must read the latent. */
  readonly layers: string;
}

export interface GeneratorInfo {
  readonly name: string;
  readonly family: string;
  readonly latent_space: string;
  readonly latent_dim: number;
  readonly resolution: number;
  /** Pixels in a row of a picture; `resolution` is the number of rows. */
  readonly width: number;
  readonly num_classes: number;
  readonly num_codes: number;
  /** Whether it has noise inputs. */
  readonly noisy: boolean;
  /** What its file did not tell and was assumed, in words. */
  readonly assumed: readonly string[];
  /** A name for each class; none where they are not known. */
  readonly class_names: readonly string[];
  /** Methods that can read it. */
  readonly methods: readonly Method[];
  readonly layers: readonly Layer[];
}

/** The trait is an empty object until the first factorisation is done. */
export function parseDirections(value: unknown): DirectionsInfo | null {
  if (!isFields(value) || typeof value.method !== "string" || !isRange(value.layers)) return null;
  const { method, title, layers, rows, value_name, value_symbol, values, ends, stops } = value;
  if (!isNumber(rows) || !isNumbers(ends) || !isStops(stops)) return null;
  if (!(values === null || isNumbers(values))) return null;
  if (typeof value_name !== "string" || typeof value_symbol !== "string") return null;
  if (typeof title !== "string") return null;
  const change = isNumber(value.change) ? value.change : null;
  const normalized = value.normalized === true;
  const second = parseSecond(value.second);
  const acts = isFields(value.acts) ? Object.fromEntries(Object.entries(value.acts).filter(isActs)) : {};
  const names = { method, title, value_name, value_symbol };
  const only = isNumbers(value.only) && value.only.every((index) => index in ends) ? value.only : null;
  const notes = Array.isArray(value.notes) && isTexts(value.notes) ? value.notes : [];
  return { ...names, layers, normalized, rows, values, ends, stops, change, second, acts, only, notes };
}

function isActs(entry: [string, unknown]): entry is [string, Acts] {
  const [, acts] = entry;
  return isFields(acts) && isNumber(acts.alike) && isNumbers(acts.where) && acts.where.length === 64;
}

function parseSecond(value: unknown): Second | null {
  if (!isFields(value) || typeof value.method !== "string" || typeof value.title !== "string") return null;
  if (!Array.isArray(value.matches) || !value.matches.every(isRange)) return null;
  if (!isNumber(value.chance) || !isRange(value.layers)) return null;
  const { method, title, layers, matches, chance } = value;
  const ends = isNumbers(value.ends) ? value.ends : [];
  return { method, title, layers, matches, ends, chance };
}

export function parseGeneratorInfo(value: unknown): GeneratorInfo | null {
  if (!isFields(value) || !Array.isArray(value.layers) || !value.layers.every(isLayer)) return null;
  const { name, family, latent_space, latent_dim, resolution, num_classes, num_codes, layers } = value;
  if (typeof name !== "string" || typeof family !== "string" || typeof latent_space !== "string") return null;
  if (!isNumber(latent_dim) || !isNumber(resolution) || !isNumber(num_classes) || !isNumber(num_codes))
    return null;
  const methods = Array.isArray(value.methods) ? value.methods.filter(isMethod) : [];
  const noisy = value.noisy === true;
  const class_names = Array.isArray(value.class_names) && isTexts(value.class_names) ? value.class_names : [];
  const assumed = Array.isArray(value.assumed) && isTexts(value.assumed) ? value.assumed : [];
  const width = isNumber(value.width) ? value.width : resolution;
  const sizes = { latent_dim, resolution, width, num_classes, num_codes };
  return { name, family, latent_space, ...sizes, noisy, assumed, class_names, methods, layers };
}

function isStops(value: unknown): value is Stop[] {
  return Array.isArray(value) && value.every((stop) => STOPS.includes(stop));
}

function isMethod(value: unknown): value is Method {
  if (!isFields(value) || !Array.isArray(value.options) || !value.options.every(isOption)) return false;
  const { name, title, value_name, value_symbol, takes, layers } = value;
  return isTexts([name, title, value_name, value_symbol, takes, layers]);
}

function isOption(value: unknown): value is Option {
  if (!isFields(value) || !Array.isArray(value.choices)) return false;
  if (![value.least, value.most].every((end) => end === null || isNumber(end))) return false;
  return isTexts([value.name, value.title, value.kind, value.about]);
}

function isLayer(value: unknown): value is Layer {
  return isFields(value) && typeof value.name === "string" && isNumber(value.resolution);
}
