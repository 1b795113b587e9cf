import { expect, test } from "vitest";
import { Steps } from "../src/steps";

test("one drag is one step, however long it pauses", () => {
  const steps = new Steps();
  steps.hold(true);
  expect([steps.of("0", 0), steps.of("0", 100), steps.of("0", 9000)]).toEqual([1, 1, 1]);
  steps.hold(false);
  steps.hold(true);
  expect(steps.of("0", 9001)).toBe(2);
});

test("a run of one key is one step until it pauses", () => {
  const steps = new Steps();
  expect([steps.of("0", 0), steps.of("0", 600), steps.of("0", 1201)]).toEqual([1, 1, 2]);
});

test("another control is another step", () => {
  const steps = new Steps();
  expect([steps.of("0", 0), steps.of("1", 1), steps.of("0", 2)]).toEqual([1, 2, 3]);
});
