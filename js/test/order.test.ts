import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { parseDirections } from "../src/info";
import { ordered } from "../src/order";
import { parseState } from "../src/state";

const state = parseState(wire.traits.state);
const found = parseDirections({
  ...wire.traits.directions_info,
  ends: [4, 2, 1, 3, 0.5],
  stops: ["change", "change", "flat", "change", "estimate"],
});

function order(sort: string, strengths = {}): number[] {
  if (!state || !found) throw new Error("The wire's example does not parse.");
  return ordered({ ...state, sort, strengths }, found);
}

test("directions stand as they were found", () => {
  expect(order("value", { 3: 1 })).toEqual([0, 1, 2, 3, 4]);
});

test("those whose sliders end near change the picture most; what is not measured comes last", () => {
  expect(order("effect")).toEqual([1, 3, 0, 2, 4]);
});

test("those that are moved farthest come first", () => {
  expect(order("moved", { 1: 0.5, 4: -2 })).toEqual([4, 1, 0, 2, 3]);
});
