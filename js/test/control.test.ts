import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { controlPaths, controlText, parseControl } from "../src/control";
import { linearScale } from "../src/spectrum-scale";

const info = wire.traits.control_info;

test("a control of another form is none", () => {
  expect(parseControl({})).toBe(null);
  expect(parseControl({ ...info, low: [1] })).toBe(null);
  expect(parseControl({ ...info, networks: "many" })).toBe(null);
});

test("the sentence says of how many networks it is, or that they are still to come, or why there are none", () => {
  expect(controlText({ ...info, networks: 20 })).toContain("in 20 networks before training");
  expect(controlText(info)).toContain("10 (later 20) networks");
  expect(controlText(null)).toContain("comes when nothing else is wanted");
  expect(controlText({ ...info, missing: "There is none." })).toBe("There is none.");
});

test("the line and the band are steps as wide as bars, from the first to the last direction", () => {
  const control = { missing: "", networks: 20, of: 20, low: [1, 0], middle: [2, 1], high: [4, 2] };
  const [line, band] = controlPaths(control, linearScale([4]));
  expect(line).toBe("M0 0.5000V0.5000H1V0.7500H2");
  expect(band).toBe("M0 0.0000V0.0000H1V0.5000H2V1.0000H1V0.7500H0z");
  expect(controlPaths({ ...control, low: [], middle: [], high: [] }, linearScale([4]))).toEqual(["", ""]);
});
