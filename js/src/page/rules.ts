/** What a page lets a person change: how a patch becomes the next state, and what the panel leaves out. */

import type { Limits } from "../kernel";
import type { State } from "../state";
import type { Contents, Network } from "./contents";
import { ENDINGS } from "./files";
import { patched } from "./patch";
import type { Settle } from "./tiles";

export interface Rules {
  readonly limits: Limits;
  /** The state that the page begins with. */
  readonly first: State;
  /** Take new values for fields of a state; `merge`: whether strengths change only the directions they name. */
  patched(state: State, patch: Readonly<Record<string, unknown>>, merge: boolean): State;
  readonly settled: Settle;
  /** A state that there was is shown again. */
  went(): void;
}

/** Those of a page in which the generator runs: all that it can draw. */
export function liveRules({ generator, searches, state }: Contents, network: Network): Rules {
  const scope = { generator, searches, truncates: network.truncates };
  const layers = searches.map((held) => held.layers);
  return {
    limits: { layers, files: ENDINGS, beforehand: null },
    first: state,
    patched: (before, patch, merge) => patched(before, patch, scope, merge),
    settled: (shown) => shown,
    went: () => {},
  };
}
