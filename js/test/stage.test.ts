import { afterEach, beforeEach, expect, test, vi } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { type Frame, parseInfo } from "../src/messages";
import { createStage, type Stage } from "../src/stage";

const base = parseInfo(wire.down.frame) as Frame;
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
const closed = vi.fn();

beforeEach(() => {
  decoding = [];
  failures = [];
  drawn.length = 0;
  closed.mockClear();
  ending = new AbortController();
  vi.stubGlobal(
    "createImageBitmap",
    () =>
      new Promise((resolve, reject) => decoding.push({ resolve, reject: () => reject(new Error("No.")) })),
  );
  const context = { drawImage: (bitmap: { name: string }) => drawn.push(bitmap.name) };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  const scope = { signal: ending.signal, fail: (error: unknown) => failures.push(error) };
  stage = createStage(scope, 64, () => {});
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
