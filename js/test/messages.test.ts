import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { type Intent, parseGeneratorInfo, parseInfo, parseSpectrum, parseState } from "../src/messages";

test.each(Object.entries(wire.down))("a %s from the kernel is read field by field", (_type, content) => {
  expect(parseInfo(content)).toEqual(content);
});

test("what goes up has exactly the fields of the wire", () => {
  const up: Intent[] = [
    { type: "hello", view: "v1", seq: 1, padded: false },
    { type: "bye", view: "v1", returns: true },
    { type: "probe", view: "v1", seq: 3, padded: true },
    {
      type: "edit",
      view: "v1",
      seq: 7,
      patch: {
        seed: 12,
        strengths: { "0": 2.5, "3": 0 },
        layers: [0, 3],
        edit_layers: null,
        method: null,
        beside: null,
        normalize: true,
        label: null,
        truncation_psi: 0.7,
        truncation_cutoff: null,
        stretch: 2,
      },
      moving: true,
      unedited: false,
      padded: false,
    },
  ];
  expect(up).toEqual(Object.values(wire.up));
});

test("the traits are read as they are", () => {
  expect(parseState(wire.traits.state)).toEqual(wire.traits.state);
  expect(parseSpectrum(wire.traits.spectrum)).toEqual(wire.traits.spectrum);
  expect(parseGeneratorInfo(wire.traits.generator_info)).toEqual(wire.traits.generator_info);
});

test("a spectrum of a method without values has none", () => {
  const none = { ...wire.traits.spectrum, value_name: "", value_symbol: "", values: null };
  expect(parseSpectrum(none)).toEqual(none);
  expect(parseSpectrum({ ...none, values: [1, null] })).toBeNull();
});

test("ends for reasons that are not known are refused", () => {
  const stops = ["change", "sharpness", "flat", "change", "whim"];
  expect(parseSpectrum({ ...wire.traits.spectrum, stops })).toBeNull();
});

test("an empty spectrum is none yet", () => {
  expect(parseSpectrum({})).toBeNull();
});

test.each([
  null,
  7,
  "frame",
  [],
  {},
  { type: "frame", view: "v1", seq: 1 },
  { ...wire.down.frame, quality: "good" },
  { ...wire.down.frame, width: "64" },
  { ...wire.down.error, message: 3 },
  { type: "news", view: "v1", seq: 1 },
])("a message that is not of the wire's form is ignored: %j", (content) => {
  expect(parseInfo(content)).toBeNull();
});

test.each([null, {}, { ...wire.traits.state, layers: 3 }, { ...wire.traits.state, strengths: { 0: "x" } }])(
  "a state that is not of the wire's form is refused: %j",
  (value) => {
    expect(parseState(value)).toBeNull();
  },
);
