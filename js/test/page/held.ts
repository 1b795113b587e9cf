/** Small contents of a page: a generator of two code rows of size 3, and directions of two ranges of layers. */

import type { Contents, Held, Network } from "../../src/page/contents";
import type { Drawn } from "../../src/page/drawn";
import { parseState } from "../../src/state";

function held(layers: readonly [number, number], rows: readonly number[], first: number): Held {
  const info = {
    method: "sefa",
    title: "SeFa",
    layers,
    normalized: true,
    rows: 8,
    value_name: "share of the rows",
    value_symbol: "λ/m",
    values: [0.6, 0.4],
    ends: [2, 4],
    stops: ["change", "change"] as const,
    change: 0.3,
    second: null,
    acts: {},
    only: null,
    notes: [],
  };
  const labels = {
    named: {},
    offered: {},
    proposed: {},
    unscored: "",
    progress: "",
    again: "",
    words: ["smile"],
    place: "",
    problem: "",
    unsaved: 0,
    rater: "",
  };
  const vectors = Float32Array.from([first, 0, 0, 0, first, 0]);
  return {
    method: "sefa",
    layers,
    normalize: true,
    options: {},
    rows,
    info,
    labels,
    label: { generator: "tiny" },
    vectors,
  };
}

/** How the generator of `contents` is fed. */
export const NETWORK: Network = { z_dim: 16, width: 4, truncates: true, most_psi: 1 };

export function contents(change: Partial<Contents> = {}): Contents {
  const state = parseState({
    revision: 0,
    generator: "tiny",
    fingerprint: "abc",
    starts: [
      { seed: 3, label: null, name: "Ada" },
      { seed: 4, label: null, name: "" },
    ],
    chosen: 0,
    strengths: {},
    layers: [0, 1],
    method: "sefa",
    normalize: true,
    truncation_psi: 0.5,
    focused: 0,
  });
  if (!state) throw new Error("The state is wrong.");
  return {
    generator: {
      name: "tiny",
      family: "dcgan",
      latent_space: "w",
      latent_dim: 3,
      resolution: 4,
      width: 4,
      num_classes: 0,
      num_codes: 2,
      noisy: false,
      assumed: [],
      class_names: [],
      methods: [],
      layers: [
        { name: "a", resolution: 4, row: 0 },
        { name: "b", resolution: 4, row: 1 },
      ],
    },
    state,
    searches: [held([0, 1], [0], 1), held([1, 2], [1], 10)],
    height: 4,
    width: 4,
    drawn: null,
    network: NETWORK,
    title: "tiny",
    about: [],
    source: "heads",
    lesson: [],
    ...change,
  };
}

/**
 * Pictures that were drawn beforehand: of the first search directions 0 and 3, which were drawn together, and 1, which
 * was drawn alone; of the second search one direction.
 */
export const DRAWN: Drawn = {
  codec: "image/webp",
  height: 4,
  width: 4,
  stride: 2,
  starts: [
    { seed: 3, label: null, name: "Ada" },
    { seed: 4, label: null, name: "" },
    { seed: 9, label: null, name: "Bo" },
  ],
  sizes: Array.from({ length: 18 }, (_, n) => n + 1),
  searches: [
    {
      strengths: [
        [0.5, 1, 1.5, 2],
        [1, 2, 3, 4],
        [1.5, 3, 4.5, 6],
      ],
      pairs: [[0, 3]],
      ranges: { 3: 6 },
    },
    { strengths: [[1, 2, 3, 4]], pairs: [], ranges: {} },
  ],
};

/** Contents of a page that holds them; its first search has four directions, of which 2 was not drawn. */
export function drawnContents(change: Partial<Contents> = {}): Contents {
  const base = contents();
  const [first, second] = base.searches;
  if (!first || !second) throw new Error("There are two searches.");
  const ends = [2, 4, 5, 8];
  const stops = ["change", "change", "change", "change"] as const;
  const four = { ...first.info, ends, stops, values: [0.4, 0.3, 0.2, 0.1], only: [0, 1, 3] };
  const vectors = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const one = { ...second.info, ends: [4], stops: ["change"] as const, values: [1], only: [0] };
  const searches = [
    { ...first, info: four, vectors },
    { ...second, info: one, vectors: Float32Array.from([1, 0, 0]) },
  ];
  const state = { ...base.state, ranges: { 3: 6 } };
  return { ...base, searches, state, network: null, drawn: DRAWN, ...change };
}
