import { expect, test } from "vitest";
import { cutOf, MIDDLE, moved, sentSize, zoomed } from "../src/photo-crop";

const WIDE = { width: 400, height: 200 };
const SQUARE = { width: 64, height: 64 };

test("the frame begins as the largest one in the middle", () => {
  expect(cutOf(WIDE, SQUARE, MIDDLE)).toEqual({ left: 100, top: 0, width: 200, height: 200 });
  expect(cutOf(WIDE, { width: 64, height: 128 }, MIDDLE)).toEqual({
    left: 150,
    top: 0,
    width: 100,
    height: 200,
  });
});

test("the frame moves over the picture and stays within", () => {
  const right = moved(WIDE, SQUARE, MIDDLE, 0.25, 0.25);
  expect(cutOf(WIDE, SQUARE, right)).toEqual({ left: 150, top: 0, width: 200, height: 200 });
  const end = moved(WIDE, SQUARE, MIDDLE, 9, 9);
  expect(cutOf(WIDE, SQUARE, end).left).toBe(200);
  // one step back moves at once, however far the hand went beyond the edge
  expect(cutOf(WIDE, SQUARE, moved(WIDE, SQUARE, end, -0.1, 0)).left).toBeCloseTo(180);
});

test("a larger picture shows less of it around the same middle, up to 16 times", () => {
  expect(cutOf(WIDE, SQUARE, zoomed(WIDE, SQUARE, MIDDLE, 2))).toEqual({
    left: 150,
    top: 50,
    width: 100,
    height: 100,
  });
  expect(zoomed(WIDE, SQUARE, MIDDLE, 100).zoom).toBe(16);
  expect(zoomed(WIDE, SQUARE, MIDDLE, 0.1)).toEqual(MIDDLE);
});

test.each([
  [64, 2000, 256],
  [64, 100, 100],
  [64, 10, 64],
  [1024, 2000, 1024],
])("of a frame of %i pixels and a cut of %i, %i are sent", (frame, cut, sent) => {
  const size = (side: number) => ({ width: side, height: side });
  expect(sentSize(size(frame), size(cut))).toEqual(size(sent));
});
