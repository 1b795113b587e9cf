import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { placeOf, spritePainter } from "../../src/page/sprites";
import { tilesOf } from "../../src/page/tiles";
import { DRAWN, drawnContents } from "./held";

const page = drawnContents();
const { state } = page;
const place = (fields: object, row = 0) => {
  const tile = tilesOf({ ...state, ...fields }, page, false)[row]?.[0];
  return tile && placeOf(tile, page, DRAWN);
};

test("each start has its own picture, then a sprite for each direction and each pair of each search", () => {
  expect(place({})).toMatchObject({ sprite: 0, rows: 1, columns: 1 });
  expect(place({}, 1)).toMatchObject({ sprite: 6 });
  expect(place({ strengths: { 0: 0.5 } })).toMatchObject({ sprite: 1, rows: 2, columns: 4 });
  expect(place({ strengths: { 3: 6 } })).toMatchObject({ sprite: 3 });
  expect(place({ strengths: { 0: 2, 3: 3 } })).toMatchObject({ sprite: 4, rows: 4, columns: 4 });
  expect(place({ strengths: { 0: 1 }, layers: [1, 2] }, 1)).toMatchObject({ sprite: 11 });
});

test("strengths below zero stand in the first row, those above in the second, both ascending", () => {
  const at = (strength: number) => {
    const found = place({ strengths: { 0: strength } });
    return [found?.row, found?.column];
  };
  expect([-2, -0.5, 0.5, 2].map(at)).toEqual([
    [0, 0],
    [0, 3],
    [1, 0],
    [1, 3],
  ]);
});

test("in a pair the first direction goes down, the second along", () => {
  const at = (first: number, second: number) => {
    const found = place({ strengths: { 0: first, 3: second } });
    return [found?.row, found?.column];
  };
  expect([at(-2, -6), at(-1, 3), at(2, 6)]).toEqual([
    [0, 0],
    [1, 2],
    [3, 3],
  ]);
});

test("what was not drawn is nowhere", () => {
  expect(place({ strengths: { 0: 0.7 } })).toBeNull();
  expect(place({ strengths: { 0: 1, 1: 2 } })).toBeNull();
  expect(place({ strengths: { 0: 0.5, 3: 3 } })).toBeNull();
  expect(place({ starts: [{ seed: 77, label: null, name: "" }] })).toBeNull();
});

const drawn: number[][] = [];
let decoded: { width: number; height: number };

class Canvas {
  constructor(
    readonly width: number,
    readonly height: number,
  ) {}
  getContext() {
    return {
      drawImage: (_: unknown, ...places: number[]) => drawn.push(places),
      getImageData: () => ({ data: new Uint8ClampedArray(4 * this.width * this.height) }),
    };
  }
}

beforeEach(() => {
  drawn.length = 0;
  vi.stubGlobal("OffscreenCanvas", Canvas);
  decoded = { width: 64, height: 32 };
  vi.stubGlobal(
    "createImageBitmap",
    vi.fn(async () => ({ ...decoded, close: () => {} })),
  );
});
afterEach(() => vi.unstubAllGlobals());

const data = new ArrayBuffer(DRAWN.sizes.reduce((sum, size) => sum + size, 0));
const tiles = (...strengths: number[]) =>
  strengths.flatMap((strength) => tilesOf({ ...state, strengths: { 0: strength } }, page, false)[0] ?? []);

test("a picture is cut out of its sprite, which is decoded once", async () => {
  const { painted } = await spritePainter(page, DRAWN, data).paint(tiles(0.5, 2), 2);
  expect(painted.map(({ width, height }) => [width, height])).toEqual([
    [2, 2],
    [2, 2],
  ]);
  expect(drawn).toEqual([
    [0, 16, 4, 4, 0, 0, 2, 2],
    [48, 16, 4, 4, 0, 0, 2, 2],
  ]);
  expect(createImageBitmap).toHaveBeenCalledOnce();
  const [[blob]] = vi.mocked(createImageBitmap).mock.calls as unknown as [[Blob]];
  expect([blob.size, blob.type]).toEqual([2, "image/webp"]);
});

test("pictures that are missing, of another size or that cannot be read are told", async () => {
  expect(() => spritePainter(page, DRAWN, data.slice(1))).toThrow("This page is damaged");
  decoded = { width: 63, height: 32 };
  await expect(spritePainter(page, DRAWN, data).paint(tiles(0.5), 1)).rejects.toThrow("another size");
  vi.mocked(createImageBitmap).mockRejectedValue(new Error("no"));
  await expect(spritePainter(page, DRAWN, data).paint(tiles(0.5), 1)).rejects.toThrow(
    "This browser cannot read a picture of this page (image/webp).",
  );
  await expect(spritePainter(page, DRAWN, data).paint(tiles(0.7), 1)).rejects.toThrow("was not drawn");
});
