import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { parseControl } from "../src/control";
import { parseDirections, parseGeneratorInfo } from "../src/info";
import {
  type Intent,
  parseCode,
  parseFile,
  parseFound,
  parseInfo,
  parseLent,
  parseSeen,
  parseSuggested,
} from "../src/messages";
import { parseHistory, parseState } from "../src/state";
import { parseStudy } from "../src/study";

test.each(Object.entries(wire.down))("a %s from the kernel is read field by field", (_type, content) => {
  const read = parseInfo(content) ?? parseSeen(content) ?? parseFound(content) ?? parseSuggested(content);
  expect(read ?? parseCode(content) ?? parseFile(content) ?? parseLent(content)).toEqual(content);
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
        starts: [{ seed: 12, label: null, name: "" }],
        chosen: 0,
        seed: 13,
        label: null,
        strengths: { "0": 2.5, "3": 0 },
        sort: "effect",
        locked: [3],
        carried: [],
        layers: [0, 3],
        edit_layers: null,
        method: null,
        options: {},
        normalize: true,
        second: null,
        original: false,
        truncation_psi: 0.7,
        truncation_cutoff: null,
        noise: "none",
        region: [0.25, 0, 0.75, 0.5],
        ranges: { "3": 1.5 },
        view: "wall",
        control: true,
        projector: true,
        stretch: 2,
        focused: 3,
      },
      moving: true,
      unedited: false,
      padded: false,
      step: 4,
      drawn: false,
    },
    { type: "undo", view: "v1", redo: false },
    { type: "visit", view: "v1", place: 2 },
    { type: "cancel", view: "v1" },
    { type: "spread", view: "v1" },
    {
      type: "look",
      view: "v1",
      name: "ends",
      size: 64,
      items: [
        [0, 3, -1.5],
        [0, 3, 1.5],
      ],
      study: false,
      visited: false,
    },
    { type: "code", view: "v1" },
    { type: "share", view: "v1", what: "film", ending: ".webp" },
    {
      type: "label",
      view: "v1",
      index: 3,
      fields: { name: "smile", sign: -1, range: [-1.5, 0.5], note: "", obvious: true, meaningful: null },
      study: false,
    },
    { type: "take_back", view: "v1", study: true },
    { type: "join", view: "v1", rater: "Ada" },
    { type: "find", view: "v1" },
    { type: "steer", view: "v1", how: "keep" },
    { type: "suggest", view: "v1", photo: 2 },
    { type: "borrow", view: "v1", what: "network" },
  ];
  expect(up).toEqual(Object.values(wire.up));
});

test("the traits are read as they are", () => {
  const state = {
    ...wire.traits.state,
    carried: [{ method: "sefa", layers: [0, 1], strengths: { "1": -0.5 } }],
    second: { method: "jacobian", layers: [0, 3] },
  };
  expect(parseState(wire.traits.state)).toEqual(state);
  expect(parseHistory(wire.traits.history)).toEqual(wire.traits.history);
  expect(parseDirections(wire.traits.directions_info)).toEqual(wire.traits.directions_info);
  expect(parseGeneratorInfo(wire.traits.generator_info)).toEqual(wire.traits.generator_info);
  expect(parseControl(wire.traits.control_info)).toEqual(wire.traits.control_info);
  expect(parseStudy(wire.traits.study_info)).toEqual(wire.traits.study_info);
});

test("a photo without a suggestion has a reason, or none", () => {
  const none = { ...wire.down.suggested, crop: null, words: "No face was found." };
  expect(parseSuggested(none)).toEqual(none);
});

test("no study runs where none is told, or one that is not of the wire's form", () => {
  const info = wire.traits.study_info;
  const half = { obvious: true, meaningful: null, name: "" };
  const wrong = [{}, { ...info, rater: 3 }, { ...info, groups: [["0-1"]] }, { ...info, said: { "0": half } }];
  for (const value of wrong) expect(parseStudy(value)).toBeNull();
  expect(parseStudy({ ...info, result: { ...info.result, rows: [{}] } })?.result).toBeNull();
});

test("a spectrum of a method without values has none", () => {
  const none = { ...wire.traits.directions_info, value_name: "", value_symbol: "", values: null };
  expect(parseDirections(none)).toEqual(none);
  expect(parseDirections({ ...none, values: [1, null] })).toBeNull();
});

test("a method or an option that is not of the wire's form is not offered", () => {
  const info = wire.traits.generator_info;
  const [sefa, composed] = info.methods;
  const wrong = ["pca", { ...sefa, title: 3 }, { ...composed, options: [{ name: "features" }] }];
  expect(parseGeneratorInfo({ ...info, methods: [sefa, ...wrong] })?.methods).toEqual([sefa]);
});

test("ends for reasons that are not known are refused", () => {
  const stops = ["change", "sharpness", "flat", "change", "whim"];
  expect(parseDirections({ ...wire.traits.directions_info, stops })).toBeNull();
});

test("an empty spectrum is none yet", () => {
  expect(parseDirections({})).toBeNull();
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
  { ...wire.down.frame, tiles: [[0]] },
  { ...wire.down.error, message: 3 },
  { ...wire.down.look, items: ["0"] },
  { ...wire.down.look, revision: null },
  { ...wire.down.found, phase: "dreaming" },
  { ...wire.down.found, words: null },
  { ...wire.down.found, width: "64" },
  { ...wire.down.suggested, crop: [0, 0, 1] },
  { ...wire.down.suggested, crop: [0, 0, 0, 1] },
  { ...wire.down.suggested, crop: "middle" },
  { ...wire.down.suggested, photo: null },
  { type: "news", view: "v1", seq: 1 },
])("a message that is not of the wire's form is ignored: %j", (content) => {
  const read = parseInfo(content) ?? parseSeen(content) ?? parseFound(content) ?? parseSuggested(content);
  expect(read).toBeNull();
});

test.each([
  null,
  {},
  { ...wire.traits.state, layers: 3 },
  { ...wire.traits.state, starts: [] },
  { ...wire.traits.state, strengths: { 0: "x" } },
])("a state that is not of the wire's form is refused: %j", (value) => {
  expect(parseState(value)).toBeNull();
});
