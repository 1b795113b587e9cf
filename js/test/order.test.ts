import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { type Acts, type DirectionsInfo, parseDirections } from "../src/info";
import { parseLabels, type Said } from "../src/labels";
import { measureOf, ordered, share } from "../src/order";
import { parseState, type State } from "../src/state";

const found = parseDirections(wire.traits.directions_info) as DirectionsInfo;
const state = (patch: Partial<State>): State => ({ ...(parseState(wire.traits.state) as State), ...patch });

/** Acts in one cell alone. */
const at = (cell: number, alike = 0): Acts => ({
  alike,
  where: Array.from({ length: 64 }, (_, place) => (place === cell ? 1000 : 0)),
});

test("directions are listed as they were found", () => {
  expect(ordered(state({ sort: "value" }), found)).toEqual([0, 1, 2, 3, 4]);
});

test("by measured change the nearest end comes first, and what is not measured last", () => {
  expect(ordered(state({ sort: "effect" }), found)).toEqual([0, 3, 1, 2, 4]);
});

test("those with a strength come first, the largest first", () => {
  const moved = state({ sort: "moved", strengths: { "3": -2, "1": 1 } });
  expect(ordered(moved, found)).toEqual([3, 1, 0, 2, 4]);
});

test("those that nobody has named come first, or those with a name", () => {
  const labels = parseLabels(wire.traits.labels_info);
  expect(ordered(state({ sort: "unnamed" }), found, labels)).toEqual([1, 2, 3, 4, 0]);
  const other = { ...labels, named: { "3": { ...labels.named[0], name: "age" } as Said, ...labels.named } };
  expect(ordered(state({ sort: "unnamed" }), found, other)).toEqual([1, 2, 4, 0, 3]);
  expect(ordered(state({ sort: "named" }), found, other)).toEqual([3, 0, 1, 2, 4]);
});

test("by how alike they act, those that do the same to all come first", () => {
  const acts = { "1": at(0, 0.2), "3": at(0, 0.9), "4": at(0, -0.1) };
  expect(ordered(state({ sort: "alike" }), { ...found, acts })).toEqual([3, 1, 4, 0, 2]);
});

test("by the box, those come first whose change is in it", () => {
  const acts = { "0": at(0), "1": at(63), "2": at(9) };
  const boxed = state({ sort: "region", region: [0.5, 0.5, 1, 1] });
  expect(ordered(boxed, { ...found, acts })).toEqual([1, 0, 2, 3, 4]);
});

test("cells count by how much of them is in the box", () => {
  expect(share(at(9), [0, 0, 1, 1])).toBe(1);
  expect(share(at(9), [0, 0, 3 / 16, 1])).toBeCloseTo(0.5);
  expect(share(at(9), [0, 0, 3 / 16, 3 / 16])).toBeCloseTo(0.25);
  expect(share(at(9), [0.25, 0.25, 1, 1])).toBe(0);
});

test("a row says the number that directions are listed by, else their value", () => {
  const acts = { "0": at(9, 0.834) };
  const measure = (patch: Partial<State>, index = 0) => measureOf(state(patch), { ...found, acts }, index);
  expect(measure({ sort: "value" })).toMatchObject({ symbol: "λ/Σλ", text: "0.310" });
  expect(measure({ sort: "alike" })).toMatchObject({ symbol: "alike", text: "0.83" });
  expect(measure({ sort: "effect" })).toMatchObject({ symbol: "change", text: "0.089" });
  const region = [0, 0, 3 / 16, 1] as const;
  expect(measure({ sort: "region", region })).toMatchObject({ symbol: "in the box", text: "50 %" });
  expect(measure({ sort: "alike" }, 1)).toMatchObject({ text: "0.220" }); // not measured
  expect(measureOf(state({ sort: "value" }), { ...found, values: null }, 0)).toBeNull();
});
