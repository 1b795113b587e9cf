import { expect, test, vi } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { withAnother, without } from "../src/starts";
import { parseState, type State } from "../src/state";

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
