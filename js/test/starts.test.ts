import { expect, test, vi } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { named, shifted, withAnother, without } from "../src/starts";
import { type Patch, parseState, type State } from "../src/state";

const state = parseState(wire.traits.state) as State;
const many = (count: number): State => ({
  ...state,
  starts: Array.from({ length: count }, (_, seed) => ({ seed, label: seed, name: "" })),
});

test("another start is a random seed with the class of the chosen one", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.25);
  const { starts } = withAnother({ ...many(3), chosen: 2 });
  expect(starts).toEqual([...many(3).starts, { seed: 2_500_000, label: 2, name: "" }]);
});

test("there are at most 64", () => {
  expect(withAnother(many(63)).starts).toHaveLength(64);
  expect(withAnother(many(64))).toEqual({});
});

test.each([
  [0, 1, 0],
  [1, 1, 1],
  [2, 1, 1],
  [2, 2, 1],
])("of three, %i chosen, without number %i, number %i is chosen", (chosen, row, left) => {
  expect(without({ ...many(3), chosen }, row).chosen).toBe(left);
});

test("a start is named, and loses its name with an empty one", () => {
  const state = many(2);
  expect(named(state, 1, "Max").starts?.map(({ name }) => name)).toEqual(["", "Max"]);
  expect(named({ ...state, ...named(state, 1, "Max") } as State, 1, "").starts).toEqual(state.starts);
});

test("a start changes places with its neighbour, and the chosen one stays chosen", () => {
  const state = { ...many(3), chosen: 1 };
  const seeds = (patch: Patch) => patch.starts?.map(({ seed }) => seed);
  expect(seeds(shifted(state, 1, -1))).toEqual([1, 0, 2]);
  expect(shifted(state, 1, -1).chosen).toBe(0);
  expect(shifted(state, 2, -1).chosen).toBe(2);
  expect(shifted(state, 0, -1)).toEqual({});
  expect(shifted({ ...state, chosen: 0 }, 2, -1).chosen).toBe(0);
});
