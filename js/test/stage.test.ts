import { afterEach, beforeEach, expect, test, vi } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { type Frame, parseInfo } from "../src/messages";
import { createStage, type Stage } from "../src/stage";
import { parseState, type State } from "../src/state";

const base = { ...(parseInfo(wire.down.frame) as Frame), rows: 1, tiles: [[0, 0]] as [number, number][] };
const state = parseState(wire.traits.state) as State;
const one = { ...state, starts: state.starts.slice(0, 1), second: null };
const CLASSES = ["coat", "dress", "bag"];
const events = {
  compare: vi.fn(),
  choose: vi.fn(),
  add: vi.fn(),
  name: vi.fn(),
  shift: vi.fn(),
  remove: vi.fn(),
};
const jpeg = (seq: number, fields: Partial<Frame> = {}): Frame => ({
  ...base,
  seq,
  mime: "image/jpeg",
  ...fields,
});

let decoding: { resolve: (bitmap: { name: string; close: () => void }) => void; reject: () => void }[];
let ending: AbortController;
let failures: unknown[];
let stage: Stage;
const drawn: unknown[] = [];
const places: number[][] = [];
const closed = vi.fn();

beforeEach(() => {
  decoding = [];
  failures = [];
  drawn.length = places.length = 0;
  closed.mockClear();
  ending = new AbortController();
  vi.stubGlobal(
    "createImageBitmap",
    () =>
      new Promise((resolve, reject) => decoding.push({ resolve, reject: () => reject(new Error("No.")) })),
  );
  const context = {
    drawImage: (bitmap: { name: string }, ...place: number[]) => {
      drawn.push(bitmap.name);
      places.push(place);
    },
  };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  const scope = { signal: ending.signal, fail: (error: unknown) => failures.push(error) };
  stage = createStage(scope, { resolution: 64, class_names: CLASSES }, null, events);
  stage.update(one);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Let everything that a settled promise sets off come to its end: it all runs before the next task does. */
const settle = () => new Promise((done) => setImmediate(done));

/** Finish decoding the n-th picture that was begun. */
async function decode(n: number): Promise<void> {
  decoding[n]?.resolve({ name: `picture ${n}`, close: closed });
  await settle();
}

const show = (frame: Frame) => stage.show(frame, new DataView(new ArrayBuffer(8), 4, 2));

test("a picture that is decoded after a newer one is thrown away, and every bitmap is closed", async () => {
  show(jpeg(1));
  show(jpeg(2));
  await decode(1);
  await decode(0);
  expect(drawn).toEqual(["picture 1"]);
  expect(closed).toHaveBeenCalledTimes(2);
});

test("a picture that is no longer wanted when it is decoded is not drawn", async () => {
  show(jpeg(1));
  stage.setComparing(true);
  await decode(0);
  expect(drawn).toEqual([]);
  expect(closed).toHaveBeenCalledTimes(1);
});

test("nothing is drawn or told once the view has ended", async () => {
  show(jpeg(1));
  ending.abort();
  await decode(0);
  expect([drawn, failures]).toEqual([[], []]);
  expect(closed).toHaveBeenCalledTimes(1);
});

test("an older frame is not even decoded", async () => {
  show(jpeg(2));
  await decode(0);
  show(jpeg(1));
  expect(decoding).toHaveLength(1);
});

test("a picture that cannot be decoded is told", async () => {
  show(jpeg(1));
  decoding[0]?.reject();
  await settle();
  expect(failures).toHaveLength(1);
  expect(String(failures[0])).toContain("image/jpeg");
});

test("tiles that came together are drawn each on its own canvas, also when only one is still wanted", async () => {
  stage.update({ ...state, second: null });
  const both = {
    rows: 2,
    tiles: [
      [1, 0],
      [0, 0],
    ] as [number, number][],
  };
  show(jpeg(1, both));
  show(jpeg(2, { rows: 2, tiles: [[0, 0]] }));
  await decode(1);
  await decode(0);
  expect(drawn).toEqual(["picture 1", "picture 0"]);
  expect(places).toEqual([
    [0, 0, 64, 64, 0, 0, 64, 64],
    [0, 0, 64, 64, 0, 0, 64, 64],
  ]);
  show(jpeg(3, both));
  await decode(2);
  expect(places.slice(2).map((place) => place[1])).toEqual([0, 64]);
});

test("a start has as many pictures as there are edits, and what comes for others is ignored", async () => {
  stage.update({ ...one, second: { method: null, layers: [0, 1] }, original: true });
  const row = () => [...stage.el.querySelectorAll("canvas")];
  expect(row()).toHaveLength(3);
  stage.update(one);
  expect(row()).toHaveLength(1);
  show(jpeg(1, { columns: 2, tiles: [[0, 1]] }));
  expect(decoding).toHaveLength(0);
});

test("a start is chosen or removed by its place at that time", () => {
  const named = (seed: number, name = "") => ({ seed, label: null, name });
  stage.update({ ...one, starts: [named(1), named(2, "Max"), named(3)] });
  const [first, second] = [...stage.el.querySelectorAll<HTMLElement>(".sefa-person")];
  expect(second?.textContent).toContain("Max");
  second?.querySelector<HTMLElement>(".sefa-tiles")?.click();
  expect(events.choose).toHaveBeenLastCalledWith(1);
  first?.querySelector<HTMLElement>(".sefa-remove")?.click();
  expect(events.remove).toHaveBeenLastCalledWith(0);
  stage.update(one);
  expect(first?.querySelector<HTMLElement>(".sefa-remove")?.hidden).toBe(true);
});

test("pictures of several classes say which each is of; those of one class do not", () => {
  const start = { seed: 5, label: 1, name: "" };
  const captions = (...starts: State["starts"]) => {
    stage.update({ ...one, starts, chosen: 0 });
    const names = [...stage.el.querySelectorAll(".sefa-person:not(.sefa-chosen) .sefa-name")];
    const field = stage.el.querySelector<HTMLInputElement>(".sefa-chosen .sefa-name-field");
    return [field?.placeholder, ...names.map((name) => name.textContent)];
  };
  expect(captions(start, { ...start, label: 2 })).toEqual(["dress, seed 5", "bag"]);
  expect(captions(start, { ...start, label: 2, name: "Ada" })).toEqual(["dress, seed 5", "Ada"]);
  expect(captions(start, { ...start, seed: 7 })).toEqual(["seed 5", "7"]);
});
