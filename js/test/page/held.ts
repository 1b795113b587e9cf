/** Small contents of a page: a generator of two code rows of size 3, and directions of two ranges of layers. */

import type { Contents, Held } from "../../src/page/contents";
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
  };
  const labels = {
    named: {},
    offered: {},
    proposed: {},
    unscored: "",
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
    network: { z_dim: 16, width: 4, truncates: true, most_psi: 1 },
    title: "tiny",
    about: [],
    source: "heads",
    lesson: [],
    ...change,
  };
}
