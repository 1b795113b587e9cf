import { expect, test } from "vitest";
import { drawnRules } from "../../src/page/drawn-rules";
import type { Patch, State } from "../../src/state";
import { DRAWN, drawnContents } from "./held";

function rules(state: Partial<State> = {}) {
  const page = drawnContents();
  const made = drawnRules({ ...page, state: { ...page.state, ...state } }, DRAWN);
  const said = () => made.limits.beforehand?.said ?? "";
  return {
    ...made,
    said,
    change: (patch: Patch, before: State = made.first) => made.patched(before, patch, true),
  };
}

test("a slider goes to the nearest strength that was drawn", () => {
  const { change, said } = rules();
  expect(change({ strengths: { 0: 0.7 } }).strengths).toEqual({ 0: 0.5 });
  expect(change({ strengths: { 1: -99 } }).strengths).toEqual({ 1: -4 });
  expect(change({ strengths: { 0: 0.1 } }).strengths).toEqual({});
  expect(said()).toBe("");
});

test("what moves to the same strength again is no other state", () => {
  const { change } = rules();
  const moved = change({ strengths: { 0: 0.6 } });
  expect(change({ strengths: { 0: 0.4 } }, moved)).toBe(moved);
});

test("two directions that were drawn together have the strengths of their grid", () => {
  const { change, said } = rules();
  const one = change({ strengths: { 0: 1.5 } });
  const both = change({ strengths: { 3: 2.9 } }, one);
  expect(both.strengths).toEqual({ 0: 2, 3: 3 });
  expect(said()).toBe("#0 is at +2 now: two directions together have fewer strengths.");
  expect(change({ strengths: { 0: 0 } }, both).strengths).toEqual({ 3: 3 });
});

test("of two that were not drawn together the other one goes back to zero, and that is said", () => {
  const { change, said } = rules();
  const both = change({ strengths: { 3: 3 } }, change({ strengths: { 0: 2 } }));
  expect(said()).toBe("");
  const one = change({ strengths: { 1: 2 } }, both);
  expect(one.strengths).toEqual({ 1: 2 });
  expect(said()).toBe("#3 and #0 went back to 0: they were not drawn together with #1.");
  const again = change({ strengths: { 0: 1 } }, one);
  expect(again.strengths).toEqual({ 0: 1 });
  expect(said()).toBe("#1 went back to 0: it was not drawn together with #0.");
});

test("what is said stands as long as the same slider is moved, and until something else is done", () => {
  const { change, said, went } = rules();
  const one = change({ strengths: { 1: 2 } }, change({ strengths: { 0: 2 } }));
  const on = change({ strengths: { 1: 3 } }, one);
  expect(said()).toContain("#0 went back to 0");
  change({ focused: 1 }, on);
  expect(said()).toBe("");
  change({ strengths: { 0: 2 } }, on);
  expect(said()).toContain("#1 went back");
  went();
  expect(said()).toBe("");
});

test("a slider has as many steps as there are strengths, fewer beside one that was drawn with it", () => {
  const { change, limits, first } = rules();
  const steps = (state: State, index: number) => limits.beforehand?.steps(state, index);
  expect([steps(first, 0), steps(first, 3)]).toEqual([9, 9]);
  const moved = change({ strengths: { 0: 2 } });
  expect([steps(moved, 0), steps(moved, 1), steps(moved, 3)]).toEqual([9, 9, 5]);
});

test("another seed is one that was drawn, with its name", () => {
  const { change } = rules();
  expect(change({ seed: 9 }).starts[0]).toEqual({ seed: 9, label: null, name: "Bo" });
  expect(change({ starts: [{ seed: 4, label: null, name: "Eve" }] }).starts[0]?.name).toBe("Eve");
  expect(() => change({ seed: 5 })).toThrow("Seed 5 was not drawn; this page holds 3, 4, 9.");
});

test("another seed brings the class along that it was drawn with", () => {
  const page = drawnContents();
  const starts = [
    { seed: 3, label: 1, name: "" },
    { seed: 3, label: 2, name: "" },
    { seed: 4, label: 0, name: "" },
  ];
  const generator = { ...page.generator, num_classes: 3 };
  const state = { ...page.state, starts: starts.slice(0, 1) };
  const made = drawnRules({ ...page, generator, state }, { ...DRAWN, starts });
  const change = (patch: Patch) => made.patched(made.first, patch, true).starts[0];
  expect(change({ seed: 4 })).toMatchObject({ seed: 4, label: 0 });
  expect(change({ label: 2 })).toMatchObject({ seed: 3, label: 2 });
  expect(() => change({ starts: [{ seed: 3, label: 0, name: "" }] })).toThrow(
    "Seed 3 of class 0 was not drawn",
  );
});

test("what needs the generator is refused with a sentence", () => {
  const { change, limits } = rules();
  for (const patch of [
    { truncation_psi: 0.7 },
    { truncation_cutoff: 1 },
    { edit_layers: [0, 2] as const },
    { stretch: 2 },
    { ranges: {} },
  ])
    expect(() => change(patch)).toThrow("The pictures were drawn beforehand, so this cannot be changed here");
  expect(() => change({ strengths: { 2: 1 } })).toThrow("There is no direction 2; this page holds 0, 1, 3");
  expect(limits.beforehand?.why).toBe("The pictures were drawn beforehand, so this cannot be changed here.");
});

test("directions of other layers begin at zero, with the ends of their sliders", () => {
  const { change, said } = rules();
  const other = change({ layers: [1, 2] }, change({ strengths: { 0: 2 } }));
  expect(other).toMatchObject({ strengths: {}, carried: [], ranges: {} });
  expect(said()).toBe("The edit along other directions was not drawn together with these.");
  expect(change({ layers: [0, 1] }, other).ranges).toEqual({ 3: 6 });
});

test("a page begins with what was drawn", () => {
  expect(rules({ strengths: { 0: 1.9, 3: 2.6 } }).first.strengths).toEqual({ 0: 2, 3: 3 });
});

test("a page says in words what there is", () => {
  expect(rules().limits.beforehand?.about).toContain(
    "Drawn beforehand: 9 strengths of 4 directions, for 3 seeds; 1 pair of directions, in 5 × 5 strengths.",
  );
});
