/** Filmstrips of what is asked about: the present one, and the next ones, which are drawn ahead. */

import type { Filmstrip } from "./filmstrip";
import type { Wanted } from "./looks";

/** The strips of so many are drawn before a person comes to them. */
const AHEAD = 2;

export interface Strips {
  /** Show the first of these in an element; the strips of others are let go. */
  show(near: readonly number[], el: HTMLElement): void;
  /** The pictures of these, the first one's first. */
  wanted(near: readonly number[]): Wanted[];
}

/** `make`: a new strip; `update`: shows in it what it is of. */
export function createStrips(
  make: (index: number) => Filmstrip,
  update: (strip: Filmstrip, index: number) => void,
): Strips {
  const strips = new Map<number, Filmstrip>();
  const strip = (index: number) => {
    const known = strips.get(index) ?? make(index);
    strips.set(index, known);
    update(known, index);
    return known;
  };
  return {
    show(near, el) {
      const [first] = near;
      if (first === undefined) return;
      const shown = strip(first).el;
      if (el.firstChild !== shown) el.replaceChildren(shown);
      for (const other of strips.keys()) if (!near.includes(other)) strips.delete(other);
    },
    wanted: (near) => near.flatMap((index) => strip(index).wanted()),
  };
}

/** What stands at a place of a way, and the next ones behind it. */
export function nearest(way: readonly number[], current: number): readonly number[] {
  const place = Math.max(0, way.indexOf(current));
  return way.slice(place, place + 1 + AHEAD);
}
