import { expect, test } from "vitest";
import { patched } from "../../src/page/patch";
import type { Patch, State } from "../../src/state";
import { contents } from "./held";

const { generator, searches, state } = contents();
const scope = { generator, searches, truncates: true };
const change = (patch: Patch, before: State = state) => patched(before, patch, scope);

test("strengths change the directions that they name, and zero takes one away", () => {
  const moved = change({ strengths: { 1: 2 } }, change({ strengths: { 0: 1.5 } }));
  expect(moved.strengths).toEqual({ 0: 1.5, 1: 2 });
  expect(change({ strengths: { 0: 0 } }, moved).strengths).toEqual({ 1: 2 });
});

test("strengths replace all where they are not merged", () => {
  expect(patched(change({ strengths: { 0: 1 } }), { strengths: { 1: 2 } }, scope, false).strengths).toEqual({
    1: 2,
  });
});

test("a change raises the revision, and what changes nothing does not", () => {
  expect(change({ truncation_psi: 0.7 }).revision).toBe(1);
  expect(change({ truncation_psi: 0.5 })).toBe(state);
});

test("another seed of the chosen start has no name", () => {
  expect(change({ seed: 9 }).starts[0]).toEqual({ seed: 9, label: null, name: "" });
  expect(change({ seed: 3 })).toBe(state);
});

test("other layers carry over what the sliders had set, and give it back", () => {
  const moved = change({ strengths: { 1: 2 }, locked: [0], ranges: { 1: 9 } });
  const other = change({ layers: [1, 2] }, moved);
  expect(other.strengths).toEqual({});
  expect(other.locked).toEqual([]);
  expect(other.ranges).toEqual({});
  expect(other.carried).toMatchObject([{ method: "sefa", layers: [0, 1], strengths: { 1: 2 } }]);
  const again = change({ layers: [0, 1] }, change({ strengths: { 0: 5 } }, other));
  expect(again.strengths).toEqual({ 1: 2 });
  expect(again.carried).toMatchObject([{ layers: [1, 2], strengths: { 0: 5 } }]);
});

test("other layers take the method that holds them, and a method that is asked for is not replaced", () => {
  const [first, second] = searches;
  if (!first || !second) throw new Error("There are two searches.");
  const options = { n: 500 };
  const composed = { ...second, method: "composed", options };
  const both = { ...scope, searches: [first, composed] };
  expect(patched(state, { layers: [1, 2] }, both)).toMatchObject({ method: "composed", options });
  expect(() => patched(state, { layers: [1, 2], method: "sefa" }, both)).toThrow(
    "holds no directions sefa of layer 1",
  );
});

test("what is carried from the same directions twice is added up", () => {
  const once = change({ layers: [1, 2] }, change({ strengths: { 1: 2 } }));
  const edits = [...once.carried, ...once.carried];
  const back = change({ layers: [0, 1] }, { ...once, carried: edits });
  expect(back.strengths).toEqual({ 1: 4 });
});

test("the chosen start is one that there is", () => {
  const two = change({ chosen: 1 });
  expect(change({ starts: state.starts.slice(0, 1) }, two).chosen).toBe(0);
  expect(() => change({ chosen: 2 })).toThrow("There is no picture 2.");
});

test.each<[Patch, string]>([
  [
    { layers: [0, 2] },
    "This page holds no directions of layers 0–1; it holds SeFa of layer 0, SeFa of layer 1.",
  ],
  [{ method: "pca" }, "This page holds no directions pca"],
  [{ strengths: { 2: 1 } }, "There is no direction 2; this page holds 0 to 1"],
  [{ strengths: { 0: Number.NaN } }, "The strength of direction 0 is NaN"],
  [{ seed: -5 }, "The seed is -5; it must be a whole number from 0"],
  [{ seed: 2.7 }, "The seed is 2.7"],
  [{ seed: 2 ** 32 }, "The seed is 4294967296"],
  [{ truncation_psi: 3 }, "truncation_psi is 3; it must be a number from -2 to 2."],
  [{ truncation_cutoff: 3 }, "truncation_cutoff is 3"],
  [{ noise: "random" }, "This page was made with noise const"],
  [{ options: { n: 3 } }, "Methods of a page have the options that they were found with."],
  [{ second: { method: "pca" } }, "A page has no second search"],
  [{ starts: [] }, "starts is []; it must be 1 to 64 pictures."],
  [{ edit_layers: [1, 1] }, "edit_layers is [1,1]"],
  [{ nonsense: 1 } as Patch, "The state has no field nonsense."],
])("%j is refused, and says why", (patch, message) => {
  expect(() => change(patch)).toThrow(message);
});

test("a network of one truncation refuses another", () => {
  const fixed = { ...scope, truncates: false };
  expect(() => patched(state, { truncation_psi: 0.7 }, fixed)).toThrow("made with truncation_psi 0.5");
});

test("a generator with classes takes those that it has", () => {
  const classes = { ...scope, generator: { ...generator, num_classes: 3 } };
  const labelled = { ...state, starts: [{ seed: 3, label: 0, name: "" }] };
  expect(patched(labelled, { label: 2 }, classes).starts[0]?.label).toBe(2);
  expect(() => patched(labelled, { label: 3 }, classes)).toThrow("The class is 3; it must be 0 to 2.");
});
