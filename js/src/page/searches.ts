/** Which of the directions that a page holds a state asks for. */

import type { Range } from "../check";
import { rangeName } from "../format";
import type { Held } from "./contents";

/** What says which directions. */
export interface Asked {
  readonly method: string | null;
  readonly layers: Range;
  readonly normalize?: boolean;
}

function find(searches: readonly Held[], { method, layers, normalize }: Asked): Held | undefined {
  return searches.find(
    (held) =>
      (method === null || held.method === method) &&
      held.layers.join() === layers.join() &&
      (normalize === undefined || held.normalize === normalize),
  );
}

export function isHeld(searches: readonly Held[], asked: Asked): boolean {
  return find(searches, asked) !== undefined;
}

/** The directions that are asked for; an error names those that there are. */
export function heldFor(searches: readonly Held[], asked: Asked): Held {
  const known = find(searches, asked);
  if (known) return known;
  const names = searches.map(({ info, layers }) => `${info.title} of ${rangeName(layers)}`);
  throw new Error(
    `This page holds no directions ${asked.method === null ? "" : `${asked.method} `}of ${rangeName(asked.layers)}; it holds ${names.join(", ")}. ` +
      "In a notebook, explore() finds any.",
  );
}
