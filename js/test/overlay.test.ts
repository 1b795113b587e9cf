import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { parseState, type State } from "../src/messages";
import { isEmpty, mergePatches, overlay } from "../src/overlay";

const state = parseState(wire.traits.state) as State;

test("a newer patch wins field by field", () => {
  expect(mergePatches({ seed: 1, normalize: false }, { seed: 2 })).toEqual({ seed: 2, normalize: false });
});

test("strengths merge direction by direction, and zero is a value", () => {
  const merged = mergePatches({ strengths: { 0: 1, 3: 2 } }, { strengths: { 3: 0 } });
  expect(merged.strengths).toEqual({ 0: 1, 3: 0 });
});

test("patches lie over the state, oldest first, and leave it as it was", () => {
  const wanted = overlay(state, [{ seed: 5 }, { strengths: { 4: 1 } }, { seed: 6 }]);
  expect(wanted).toEqual({ ...state, seed: 6, strengths: { 0: 2.5, 4: 1 } });
  expect(state.seed).toBe(12);
});

test("null is a value of a patch", () => {
  expect(overlay({ ...state, edit_layers: [0, 1] }, [{ edit_layers: null }]).edit_layers).toBeNull();
});

test("a patch without fields is empty", () => {
  expect([isEmpty({}), isEmpty({ edit_layers: null })]).toEqual([true, false]);
});
