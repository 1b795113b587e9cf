import { expect, test } from "vitest";
import { moved, words } from "../src/region";

test("keys move a box, and it stays in the picture", () => {
  expect(moved([0.25, 0.25, 0.75, 0.5], 0.125, -0.125, false)).toEqual([0.375, 0.125, 0.875, 0.375]);
  expect(moved([0.5, 0, 1, 0.5], 0.5, -0.5, false)).toEqual([0.5, 0, 1, 0.5]);
});

test("with Shift they move its lower right corner, and something of it stays", () => {
  expect(moved([0.25, 0.25, 0.75, 0.5], 0.125, 0.125, true)).toEqual([0.25, 0.25, 0.875, 0.625]);
  expect(moved([0.25, 0.25, 0.75, 0.5], 0.5, -0.5, true)).toEqual([0.25, 0.25, 1, 0.3125]);
});

test("a box has words", () => {
  expect(words([0.25, 0, 0.75, 0.5])).toBe("rows 25–75 %, columns 0–50 %");
});
