import { expect, test } from "vitest";
import { StepList, stepName } from "../../src/page/steps";
import type { State } from "../../src/state";
import { contents } from "./held";

const { state } = contents();
let revision = 0;
const next = (fields: Partial<State>, before: State = state): State => {
  revision += 1;
  return { ...before, ...fields, revision };
};

test("a step is undone and done again, and what is no step stays as it is", () => {
  const steps = new StepList(state);
  const moved = next({ strengths: { 0: 1 } });
  steps.record(moved, null);
  const now = { ...moved, view: "wall", focused: 1 };
  const undone = steps.go(false, now);
  expect(undone).toMatchObject({ strengths: {}, view: "wall", focused: 1, revision: now.revision + 1 });
  expect(steps.go(true, undone ?? state)).toMatchObject({ strengths: { 0: 1 } });
});

test("edits of one step are undone together, and those of two are not", () => {
  const steps = new StepList(state);
  steps.record(next({ strengths: { 0: 1 } }), 7);
  steps.record(next({ strengths: { 0: 2 } }), 7);
  steps.record(next({ strengths: { 0: 3 } }), 8);
  expect(steps.history(0).names).toEqual(["start", "#0 +2", "#0 +3"]);
  expect(steps.go(false, state)).toMatchObject({ strengths: { 0: 2 } });
  expect(steps.go(false, state)).toMatchObject({ strengths: {} });
  expect(steps.go(false, state)).toBeNull();
});

test("what was undone is gone once something else is done", () => {
  const steps = new StepList(state);
  steps.record(next({ strengths: { 0: 1 } }), null);
  steps.go(false, state);
  steps.record(next({ truncation_psi: 1 }), null);
  expect(steps.history(0)).toMatchObject({ redo: null, undo: "truncation_psi", names: ["start", "ψ 1.00"] });
});

test("a visit is a step of its own, which undo takes back", () => {
  const steps = new StepList(state);
  const moved = next({ strengths: { 0: 1 } });
  steps.record(moved, null);
  expect(steps.visit(0, moved)).toMatchObject({ strengths: {} });
  expect(steps.history(5)).toMatchObject({ place: 2, revision: 5, undo: "Strengths" });
  expect(() => steps.visit(9, moved)).toThrow("There is no step 9");
});

test("the focus is no step", () => {
  const steps = new StepList(state);
  steps.record(next({ focused: 1 }), null);
  expect(steps.history(0)).toMatchObject({ undo: null, names: ["start"] });
});

test("two hundred steps are kept, the newest forty with names", () => {
  const steps = new StepList(state);
  for (let n = 1; n <= 230; n++) steps.record(next({ strengths: { 0: n } }), null);
  const { first, place, names } = steps.history(0);
  expect([first, place, names.length, names.at(-1)]).toEqual([191, 230, 40, "#0 +230"]);
  let count = 0;
  while (steps.go(false, state)) count += 1;
  expect(count).toBe(200);
});

test.each<[Partial<State>, string]>([
  [{ layers: [1, 2] }, "layer 1"],
  [{ method: "pca" }, "pca"],
  [{ starts: state.starts.slice(0, 1) }, "1 person"],
  [{ chosen: 1 }, "seed 4"],
  [{ strengths: { 0: 1, 1: 2 } }, "strengths"],
  [{ original: true }, "original"],
  [{ region: [0, 0, 1, 1] }, "region"],
])("a step to %j has a name", (fields, name) => {
  expect(stepName(state, { ...state, ...fields })).toBe(name);
});
