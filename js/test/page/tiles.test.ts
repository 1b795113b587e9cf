import { expect, test } from "vitest";
import { inputsOf } from "../../src/page/painter";
import { lookTile, tileKey, tilesOf } from "../../src/page/tiles";
import type { State } from "../../src/state";
import { contents, NETWORK } from "./held";

const page = contents();
const same = (shown: State) => shown;
const { state } = page;
const vector = (seed: number) => new Float32Array(16).fill(seed);

test("an edit moves the code rows of its layers, and leaves the others alone", () => {
  const [row] = tilesOf({ ...state, strengths: { 1: 2 } }, page, false);
  const inputs = inputsOf(row ?? [], page.generator, NETWORK, vector);
  expect([...(inputs.step?.data ?? [])]).toEqual([0, 2, 0, 0, 0, 0]);
  expect(inputs.step?.size).toEqual([2, 3]);
  expect([...(inputs.z?.data ?? [])]).toEqual([...vector(3)]);
});

test("edited layers say which rows are moved", () => {
  const [row] = tilesOf({ ...state, strengths: { 0: 1 }, edit_layers: [0, 2] }, page, false);
  expect([...(inputsOf(row ?? [], page.generator, NETWORK, vector).step?.data ?? [])]).toEqual([
    1, 0, 0, 1, 0, 0,
  ]);
});

test("a carried edit is done too, along its own directions", () => {
  const carried = [{ method: "sefa", layers: [1, 2] as const, strengths: { 0: 0.5 } }];
  const [row] = tilesOf({ ...state, strengths: { 0: 1 }, carried }, page, false);
  expect([...(inputsOf(row ?? [], page.generator, NETWORK, vector).step?.data ?? [])]).toEqual([
    1, 0, 0, 5, 0, 0,
  ]);
});

test("truncation keeps a share of the first codes, up to what the network takes", () => {
  const keep = (fields: object) => [
    ...(inputsOf(tilesOf({ ...state, ...fields }, page, false)[0] ?? [], page.generator, NETWORK, vector).keep
      ?.data ?? []),
  ];
  expect(keep({})).toEqual([0.5, 0.5]);
  expect(keep({ truncation_cutoff: 1 })).toEqual([0.5, 1]);
  expect(keep({ truncation_psi: 1.5 })).toEqual([1, 1]);
  const free = { ...NETWORK, most_psi: null };
  const tiles = tilesOf({ ...state, truncation_psi: 1.5 }, page, false)[0] ?? [];
  expect([...(inputsOf(tiles, page.generator, free, vector).keep?.data ?? [])]).toEqual([1.5, 1.5]);
});

test("classes are vectors of one", () => {
  const classes = contents({ generator: { ...page.generator, num_classes: 3 } });
  const starts = [{ seed: 3, label: 2, name: "" }];
  const [row] = tilesOf({ ...state, starts }, classes, false);
  expect([...(inputsOf(row ?? [], classes.generator, NETWORK, vector).labels?.data ?? [])]).toEqual([
    0, 0, 1,
  ]);
});

test("there is a row for each start, and the original beside it where it is wanted", () => {
  const rows = tilesOf({ ...state, strengths: { 0: 1 }, original: true }, page, false);
  expect(rows.map((row) => row.map(({ moved }) => moved.length))).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(tilesOf({ ...state, strengths: { 0: 1 } }, page, true)[0]?.[0]?.moved).toEqual([]);
});

test("a small picture has one direction at another strength, and there is none of what there is not", () => {
  const tile = lookTile({ ...state, strengths: { 0: 1 } }, page, [1, 1, -3], same);
  expect(tile?.pin.seed).toBe(4);
  expect(tile?.moved[0]?.strengths).toEqual({ 0: 1, 1: -3 });
  expect(lookTile(state, page, [2, 0, 1], same)).toBeNull();
  expect(lookTile(state, page, [0, 2, 1], same)).toBeNull();
});

test("equal pictures have equal keys, and others have others", () => {
  const key = (fields: object) => tileKey(tilesOf({ ...state, ...fields }, page, false)[0]?.[0] as never);
  expect(key({ strengths: { 0: 1 } })).toBe(key({ strengths: { 0: 1 }, focused: 1 }));
  const others = [
    {},
    { strengths: { 0: 2 } },
    { truncation_psi: 1 },
    { edit_layers: [0, 2], strengths: { 0: 1 } },
  ];
  expect(new Set(others.map(key)).size).toBe(4);
});
