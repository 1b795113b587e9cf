import { expect, test } from "vitest";
import { linearScale, logScale } from "../src/spectrum-scale";

test("linear heights go from zero to the largest value", () => {
  const { height, ticks } = linearScale([0.31, 0.12, 0]);
  expect(height(0.31)).toBe(1);
  expect(height(0)).toBe(0);
  expect(height(-1)).toBe(0);
  expect(ticks).toEqual([{ text: "0.2", height: 0.2 / 0.31 }]);
  expect(linearScale([]).ticks).toEqual([]);
});

test("by powers of ten a tenth is one step lower, whatever its size", () => {
  const { height, ticks } = logScale([1, 0.1, 0.01]);
  expect(height(1)).toBe(1);
  expect(height(1) - height(0.1)).toBeCloseTo(height(0.1) - height(0.01));
  expect(height(0.01)).toBeGreaterThan(0); // the smallest one has a bar
  expect(ticks.map(({ text }) => text)).toEqual(["0.01", "1"]);
  for (const { height } of ticks) expect(height).toBeLessThanOrEqual(1);
});

test("zeros and what is smaller than a millionth have no bar, and equal values are as high", () => {
  const { height } = logScale([1, 1e-12, 0, -1]);
  expect([1e-12, 0, -1].map(height)).toEqual([0, 0, 0]);
  expect(logScale([0.2, 0.2]).height(0.2)).toBe(1);
  expect(logScale([0, 0]).ticks).toEqual([]);
});
