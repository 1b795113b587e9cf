import { expect, test } from "vitest";
import { cutOf, MIDDLE, moved, placingOf, sentSize, zoomed } from "../src/photo-crop";

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

test.each([
  [WIDE, [0.25, 0, 0.25, 0.5]],
  [WIDE, [0, 0.5, 0.25, 0.5]],
  [WIDE, [0.5, 0, 0.5, 1]],
  [SQUARE, [0.1, 0.2, 0.3, 0.3]],
] as const)("of %o the part %o is in the frame where that is suggested", (picture, part) => {
  const { left, top, width, height } = cutOf(picture, SQUARE, placingOf(picture, SQUARE, part));
  const fractions = [
    left / picture.width,
    top / picture.height,
    width / picture.width,
    height / picture.height,
  ];
  for (const [place, value] of part.entries()) expect(fractions[place]).toBeCloseTo(value);
});
