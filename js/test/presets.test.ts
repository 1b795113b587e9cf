import { expect, test } from "vitest";
import cases from "../../tests/presets.json" with { type: "json" };
import { layerPresets } from "../src/layer-range";

test.each(cases)("there is a button for each group of layers of $of", ({ layers, ranges }) => {
  expect(layerPresets(layers).map(({ range }) => range)).toEqual(ranges);
});
