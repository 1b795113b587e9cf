/** What was drawn beforehand for a page in which the generator does not run. */

import { type Fields, isFields, isNumber, isNumbers, isRange } from "../check";
import { isPin, type Pin } from "../state";

/** What was drawn of the directions of one search. */
export interface DrawnSearch {
  /** For each direction that can be moved its strengths above zero, ascending; those below are the same. */
  readonly strengths: readonly (readonly number[])[];
  /** Directions that were drawn together, the lower number first. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Where sliders end that a person has set. */
  readonly ranges: Readonly<Record<string, number>>;
}

export interface Drawn {
  /** MIME type of the sprites. */
  readonly codec: string;
  /** Pixels of a picture. */
  readonly height: number;
  readonly width: number;
  /** Every so many strengths of a direction there is one in a pair. */
  readonly stride: number;
  readonly starts: readonly Pin[];
  /** Bytes of the sprites: for each start its own picture, then for each search its directions and its pairs. */
  readonly sizes: readonly number[];
  /** In the order of the page's searches. */
  readonly searches: readonly DrawnSearch[];
}

/** Read what was drawn for so many searches; null where it is something else. */
export function parseDrawn(value: unknown, count: number): Drawn | null {
  if (!isFields(value) || !Array.isArray(value.searches) || !Array.isArray(value.starts)) return null;
  const { codec, height, width, stride, sizes, starts } = value;
  if (typeof codec !== "string" || !isNumber(height) || !isNumber(width) || !isNumber(stride)) return null;
  if (!isNumbers(sizes) || starts.length === 0 || !starts.every(isPin)) return null;
  const searches = value.searches.flatMap((search: unknown) => parseSearch(search) ?? []);
  const sprites = searches.reduce((sum, { strengths, pairs }) => sum + strengths.length + pairs.length, 1);
  if (searches.length !== count || sizes.length !== sprites * starts.length) return null;
  return { codec, height, width, stride, starts, sizes, searches };
}

function parseSearch(value: unknown): DrawnSearch | null {
  if (!isFields(value) || !Array.isArray(value.strengths) || !Array.isArray(value.pairs)) return null;
  const { strengths, pairs } = value;
  if (!strengths.every((some) => isNumbers(some) && some.length > 0) || !pairs.every(isRange)) return null;
  const ranges = isFields(value.ranges) ? value.ranges : ({} as Fields);
  if (!Object.values(ranges).every(isNumber)) return null;
  return { strengths, pairs, ranges: ranges as Record<string, number> };
}

/** The nearest of some strengths above zero, of the same below it, and zero. */
export function nearest(above: readonly number[], strength: number): number {
  const size = Math.abs(strength);
  const nearer = (best: number, one: number) => (Math.abs(one - size) <= Math.abs(best - size) ? one : best);
  const best = above.reduce(nearer, 0);
  return best === 0 ? 0 : Math.sign(strength) * best;
}

/** The strengths that a direction of a pair has. */
export function ofPair(above: readonly number[], stride: number): readonly number[] {
  return above.filter((_, place) => (place + 1) % stride === 0);
}
