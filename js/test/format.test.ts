import { expect, test } from "vitest";
import { likeness, milliseconds, rangeName, rangeText, significant } from "../src/format";
import type { Layer } from "../src/info";
import { layerPresets } from "../src/layer-range";
import { niceTicks } from "../src/spectrum-scale";

const layers = (rows: (number | null)[]): Layer[] =>
  rows.map((row, index) => ({ name: `layer ${index}`, resolution: 4, row }));

test("eigenvalues have three significant digits", () => {
  expect([0.31, 0.0123456, 123.4, 12.34, 0, 0.000012].map(significant)).toEqual([
    "0.310",
    "0.0123",
    "123",
    "12.3",
    "0",
    "1.2e-5",
  ]);
});

test("ranges are named by their first and last layer", () => {
  expect([rangeName([0, 1]), rangeName([0, 3])]).toEqual(["layer 0", "layers 0–2"]);
  expect(rangeText([1, 3], layers([0, 1, 2]))).toBe("layers 1–2: layer 1 … layer 2");
});

test("times are short", () => {
  expect([0.31, 6.25, 123.4].map(milliseconds)).toEqual(["0.3 ms", "6 ms", "123 ms"]);
});

test("there are two or three round ticks for any spectrum", () => {
  for (const top of [0.31, 1, 0.0042, 7.3, 99, 250, 0.21]) {
    const ticks = niceTicks(top);
    expect(ticks.length, String(top)).toBeGreaterThanOrEqual(1);
    expect(ticks.length, String(top)).toBeLessThanOrEqual(3);
    expect(ticks.at(-1)).toBeLessThanOrEqual(top);
  }
  expect(niceTicks(0)).toEqual([]);
});

test("a deep generator has the presets of the SeFa paper", () => {
  const presets = layerPresets(layers([0, 1, 2, 3, 4, 5, 6, 7]));
  expect(presets.map(({ range }) => range)).toEqual([
    [0, 2],
    [2, 6],
    [6, 8],
    [0, 8],
  ]);
});

test("a small deep one has presets by resolution", () => {
  const sizes = [4, 8, 8, 16, 16, 32, 32, 64, 64, 64];
  const heads = sizes.map((resolution, row) => ({ name: `layer ${row}`, resolution, row }));
  expect(layerPresets(heads)).toEqual([
    { name: "4–8 px", title: "Bottom: layers 0–2, 4–8 px", range: [0, 3] },
    { name: "16 px", title: "Middle: layers 3–4, 16 px", range: [3, 5] },
    { name: "32–64 px", title: "Top: layers 5–9, 32–64 px", range: [5, 10] },
    { name: "all", title: "All: layers 0–9, 4–64 px", range: [0, 10] },
  ]);
  const smaller = layerPresets(heads.slice(0, 7)).map(({ name }) => name);
  expect(smaller).toEqual(["4–8 px", "16 px", "32 px", "all"]);
});

test("a shallow one has all layers, and the one that reads the latent", () => {
  expect(layerPresets(layers([0, null, null])).map(({ name }) => name)).toEqual(["latent only", "all"]);
  expect(layerPresets(layers([0, 1, 2])).map(({ name }) => name)).toEqual(["all"]);
});

test("a match has a word for how good it is, and none is better than chance where random ones reach it", () => {
  const words = [1, 0.95, 0.8, 0.5, 0.3, 0.2].map((cosine) => likeness(cosine, 0.3));
  expect(words.slice(0, 4)).toEqual(["the same", "the same", "close", "loosely alike"]);
  expect(words.slice(4)).toEqual(["no closer than chance", "no closer than chance"]);
  expect(likeness(0.8, 0.81)).toBe("no closer than chance");
});
