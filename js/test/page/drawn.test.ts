import { expect, test } from "vitest";
import { nearest, ofPair, parseDrawn } from "../../src/page/drawn";
import { DRAWN } from "./held";

test("the nearest strength that was drawn is one of both sides or zero, and of two the farther one", () => {
  const above = [1, 2, 3, 4];
  expect([-9, -2.4, -0.4, 0, 0.5, 1.4, 4].map((strength) => nearest(above, strength))).toEqual([
    -4, -2, 0, 0, 1, 1, 4,
  ]);
  expect(nearest([], 3)).toBe(0);
});

test("a direction of a pair has every so many of its strengths, the last one too", () => {
  expect(ofPair([1, 2, 3, 4], 2)).toEqual([2, 4]);
  expect(ofPair([1, 2, 3, 4], 4)).toEqual([4]);
  expect(ofPair([1, 2], 1)).toEqual([1, 2]);
});

test("what was drawn is read, and is refused where something is missing or wrong", () => {
  expect(parseDrawn(JSON.parse(JSON.stringify(DRAWN)), 2)).toEqual(DRAWN);
  expect(parseDrawn(DRAWN, 1)).toBeNull();
  for (const wrong of [
    { codec: 3 },
    { stride: "2" },
    { starts: [] },
    { starts: [{ seed: "x", label: null, name: "" }] },
    { sizes: DRAWN.sizes.slice(1) },
    { sizes: [null, ...DRAWN.sizes.slice(1)] },
    { searches: [{ ...DRAWN.searches[0], strengths: [[]] }, DRAWN.searches[1]] },
    { searches: [{ ...DRAWN.searches[0], pairs: [[0]] }, DRAWN.searches[1]] },
    { searches: [{ ...DRAWN.searches[0], ranges: { 0: "far" } }, DRAWN.searches[1]] },
  ])
    expect(parseDrawn({ ...DRAWN, ...wrong }, 2)).toBeNull();
});
