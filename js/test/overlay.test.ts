import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { isEmpty, mergePatches, mustStayApart, overlay } from "../src/overlay";
import { parseState, type State } from "../src/state";

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
  const starts = [{ seed: 6, label: null, name: "" }, state.starts[1]];
  expect(wanted).toEqual({ ...state, starts, strengths: { 0: 2.5, 4: 1 } });
  expect(state.starts[0]?.seed).toBe(12);
});

test("seed and class are those of the chosen start, and another seed has no name", () => {
  const wanted = overlay(state, [{ chosen: 1 }, { label: 3 }]);
  expect(wanted.starts[1]).toEqual({ seed: 31, label: 3, name: "Max" });
  expect(overlay(wanted, [{ seed: 32 }]).starts[1]).toEqual({ seed: 32, label: 3, name: "" });
});

test("the last start is chosen if there are fewer now", () => {
  expect(overlay({ ...state, chosen: 1 }, [{ starts: state.starts.slice(0, 1) }]).chosen).toBe(0);
});

test("what a second search leaves out is as in the first", () => {
  const wanted = overlay(state, [{ second: { method: "pca" } }]);
  expect(wanted.second).toEqual({ method: "pca", layers: state.layers });
  expect(overlay(wanted, [{ second: null }]).second).toBeNull();
});

test("null is a value of a patch", () => {
  expect(overlay({ ...state, edit_layers: [0, 1] }, [{ edit_layers: null }]).edit_layers).toBeNull();
});

test("a patch without fields is empty", () => {
  expect([isEmpty({}), isEmpty({ edit_layers: null })]).toEqual([true, false]);
});

test("strengths of older directions are not merged with a patch that asks for others", () => {
  expect(mergePatches({ strengths: { 0: 1 }, seed: 2 }, { layers: [1, 2] })).toEqual({
    seed: 2,
    layers: [1, 2],
  });
  const own = { layers: [1, 2] as const, strengths: { 3: 1 } };
  expect(mergePatches({ strengths: { 0: 1 } }, own).strengths).toEqual({ 0: 1, 3: 1 });
});

test.each(["method", "layers", "options", "normalize"])(
  "a patch of %s and one of strengths stay apart",
  (name) => {
    const other = { [name]: null };
    expect([
      mustStayApart({ strengths: { 0: 1 } }, other),
      mustStayApart(other, { strengths: { 0: 1 } }),
      mustStayApart(other, { seed: 1 }),
      mustStayApart({ strengths: { 0: 1 } }, { strengths: { 1: 1 } }),
    ]).toEqual([true, true, false, false]);
  },
);

test("another seed takes a photo away, and another class does not", () => {
  const photo = { seed: 0, label: 1, name: "Ada", latent: "AACAPw==" };
  const shown = { ...state, starts: [photo], chosen: 0 };
  expect(overlay(shown, [{ seed: 0 }]).starts).toEqual([{ seed: 0, label: 1, name: "" }]);
  expect(overlay(shown, [{ label: 2 }]).starts).toEqual([{ ...photo, label: 2 }]);
});
