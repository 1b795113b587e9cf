import { expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { NO_LABELS, offerOf, parseLabels, type Said } from "../src/labels";

const like: Said = {
  name: "grin",
  sign: -1,
  range: null,
  note: "",
  obvious: null,
  meaningful: null,
  confirmed: true,
  similarity: 0.7,
  rater: "Bo",
};

test("what a scorer sees is read, and a kernel without one proposes nothing", () => {
  const labels = parseLabels(wire.traits.labels_info);
  expect(labels.proposed[1]).toEqual({
    name: "turn",
    sign: -1,
    seen: "turn -1.9 ± 0.1; random directions reach 1.1",
  });
  const { proposed, unscored, ...older } = wire.traits.labels_info;
  expect(parseLabels(older).proposed).toEqual({});
  expect(parseLabels(older).unscored).toBe("");
  const broken = { ...older, proposed: { 0: { name: "x", sign: "plus", seen: "y" }, 1: 3 } };
  expect(parseLabels(broken).proposed).toEqual({});
});

test("a name of a direction like it is offered before what a scorer sees", () => {
  const seen = { name: "smile", sign: 1, seen: "smile +2.0 ± 0.1; random directions reach 0.8" };
  const scored = { ...NO_LABELS, proposed: { 0: seen, 1: { ...seen, name: "" } } };
  expect(offerOf(scored, 0)).toEqual({
    name: "smile",
    sign: 1,
    why: "The scorer sees: smile +2.0 ± 0.1; random directions reach 0.8.",
  });
  expect(offerOf(scored, 1)).toBeUndefined();
  expect(offerOf(scored, 2)).toBeUndefined();
  expect(offerOf({ ...scored, offered: { 0: like } }, 0)?.name).toBe("grin");
  expect(offerOf({ ...scored, offered: { 0: like } }, 0)?.sign).toBe(-1);
});
