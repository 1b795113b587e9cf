import { expect, test, vi } from "vitest";
import type { Listener } from "../../src/kernel";
import type { Frame, Intent } from "../../src/messages";
import { drawnRules } from "../../src/page/drawn-rules";
import { PageKernel } from "../../src/page/kernel";
import { Names } from "../../src/page/names";
import type { Painted, Painter } from "../../src/page/painter";
import { liveRules } from "../../src/page/rules";
import type { Tile } from "../../src/page/tiles";
import { contents, DRAWN, drawnContents, NETWORK } from "./held";

/** A kernel whose painter waits until it is told to go on; a tile's first byte is its seed. */
function open(change: Parameters<typeof contents>[0] = {}, slow = false) {
  const page = change.drawn ? drawnContents(change) : contents(change);
  const waiting: (() => void)[] = [];
  const painted: (readonly Tile[])[] = [];
  const painter: Painter = {
    async paint(tiles, times) {
      painted.push(tiles);
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (tiles.some(({ pin }) => pin.seed === 666)) throw new Error("No memory is left.");
      const side = page.generator.resolution / times;
      const one = ({ pin }: Tile): Painted => {
        const pixels = new Uint8ClampedArray(4 * side * side);
        pixels[0] = pin.seed;
        return { pixels, width: side, height: side };
      };
      return { painted: tiles.map(one), render_ms: slow ? 90 : 5 };
    },
  };
  const rules = page.drawn ? drawnRules(page, page.drawn) : liveRules(page, NETWORK);
  const kernel = new PageKernel(page, painter, new Names(page, null), rules);
  const listener = Object.fromEntries(
    ["state", "directions", "history", "labels", "info", "seen", "code", "file", "gone", "fail"].map(
      (name) => [name, vi.fn()],
    ),
  );
  const ending = new AbortController();
  kernel.listen(listener as unknown as Listener, ending.signal);
  const settle = async () => {
    for (let n = 0; n < 20; n++) await Promise.resolve();
  };
  return {
    kernel,
    listener: listener as Record<keyof Listener, ReturnType<typeof vi.fn>>,
    painted,
    ending,
    async send(...intents: Intent[]) {
      for (const intent of intents) kernel.send(intent);
      await settle();
    },
    async draw() {
      waiting.shift()?.();
      await settle();
    },
    frames: () =>
      (listener.info?.mock.calls ?? []).map(([info]) => info as Frame).filter(({ type }) => type === "frame"),
    errors: () =>
      (listener.info?.mock.calls ?? []).flatMap(([info]) =>
        info.type === "error" ? [info.message as string] : [],
      ),
  };
}

const edit = (seq: number, patch: object, more: object = {}): Intent =>
  ({
    type: "edit",
    view: "v",
    seq,
    patch,
    moving: false,
    unedited: false,
    padded: false,
    step: 0,
    ...more,
  }) as Intent;

test("a view that says hello gets the pictures of the state", async () => {
  const { send, draw, frames, listener } = open();
  await send({ type: "hello", view: "v", seq: 1, padded: false });
  await draw();
  expect(frames()).toMatchObject([
    {
      view: "v",
      seq: 1,
      revision: 0,
      rows: 2,
      columns: 1,
      tiles: [
        [0, 0],
        [1, 0],
      ],
      quality: "final",
      width: 4,
    },
  ]);
  const bytes = listener.info.mock.calls[0]?.[1] as DataView;
  expect([bytes.byteLength, bytes.getUint8(0), bytes.getUint8(64)]).toEqual([128, 3, 4]);
});

test("an edit changes the state at once, and pictures follow", async () => {
  const { send, draw, frames, kernel, listener } = open();
  await send(edit(1, { strengths: { 0: 1 } }));
  expect(kernel.state.strengths).toEqual({ 0: 1 });
  expect(listener.state).toHaveBeenCalledOnce();
  expect(listener.history.mock.calls[0]?.[0]).toMatchObject({ undo: "Strengths" });
  await draw();
  expect(frames()).toMatchObject([{ seq: 1, revision: 1 }]);
});

test("of several edits of a view that wait, the newest is drawn, and it is", async () => {
  const { send, draw, frames, painted } = open();
  await send(edit(1, { strengths: { 0: 1 } }));
  await send(edit(2, { strengths: { 0: 2 } }), edit(3, { strengths: { 0: 3 } }));
  await draw();
  await draw();
  expect(frames().map(({ seq }) => seq)).toEqual([1, 3]);
  expect(painted.length).toBe(2);
});

test("the chosen start is drawn first, and a newer edit takes the place of the rest", async () => {
  const large = contents().generator;
  const { send, draw, frames } = open(
    {
      generator: { ...large, resolution: 256 },
      height: 256,
      width: 256,
    },
    true,
  );
  await send(edit(1, { chosen: 1 }));
  await send(edit(2, { strengths: { 0: 1 } }));
  await draw();
  expect(frames()).toMatchObject([{ seq: 1, tiles: [[1, 0]] }]);
  await draw();
  await draw();
  expect(frames().map(({ seq, tiles }) => [seq, tiles])).toEqual([
    [1, [[1, 0]]],
    [2, [[1, 0]]],
    [2, [[0, 0]]],
  ]);
});

test("what was drawn is kept, and not drawn again", async () => {
  const { send, draw, frames, painted } = open();
  await send(edit(1, { strengths: { 0: 1 } }));
  await draw();
  await send({ type: "undo", view: "v", redo: false }, edit(2, {}));
  await draw();
  await send({ type: "undo", view: "v", redo: true }, edit(3, {}));
  expect(painted.length).toBe(2);
  expect(frames().map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test("small pictures are drawn a few at a time, so that an edit never waits for many", async () => {
  const { send, draw, listener, painted } = open();
  await send({ type: "hello", view: "v", seq: 1, padded: false });
  await draw();
  const items = Array.from({ length: 25 }, (_, n) => [0, 0, n / 10] as const);
  await send({ type: "look", study: false, visited: false, view: "v", name: "ends 1", size: 2, items });
  await draw();
  expect(listener.seen.mock.calls[0]?.[0]).toMatchObject({ name: "ends 1", width: 2, revision: 0 });
  await send(edit(2, { strengths: { 0: 1 } }));
  await draw();
  // 5 ms for two pictures: ten of them take 25 ms.
  expect(painted.map((tiles) => tiles.length)).toEqual([2, 10, 10, 2]);
});

test("small pictures of a state that has gone are not drawn", async () => {
  const { send, draw, listener, painted } = open();
  await send(edit(1, { strengths: { 0: 1 } }), {
    type: "look",
    study: false,
    visited: false,
    view: "v",
    name: "ends 1",
    size: 2,
    items: [[0, 0, 2]],
  });
  await send(edit(2, { strengths: { 0: 2 } }));
  await draw();
  await draw();
  expect(listener.seen).not.toHaveBeenCalled();
  expect(painted.map((tiles) => tiles.length)).toEqual([2, 2]);
});

test("what cannot be shown is said to the view that asked, and the state stays", async () => {
  const { send, errors, kernel } = open();
  await send(edit(1, { seed: -1 }));
  expect(errors()[0]).toContain("The seed is -1");
  expect(kernel.state.revision).toBe(0);
});

test("a generator that fails is said, and the next edit works", async () => {
  const { send, draw, errors, frames } = open();
  await send(edit(1, { seed: 666 }));
  await draw();
  expect(errors()).toEqual(["No memory is left."]);
  await send(edit(2, { seed: 5 }));
  await draw();
  expect(frames().map(({ seq }) => seq)).toEqual([2]);
});

test("other layers come with their directions and names", async () => {
  const { send, listener, kernel } = open();
  await send(edit(1, { layers: [1, 2] }));
  expect(listener.directions.mock.calls[0]?.[0]).toMatchObject({ layers: [1, 2] });
  expect(kernel.directions.layers).toEqual([1, 2]);
  expect(listener.labels).toHaveBeenCalledOnce();
});

test("a name is told, and taken back", async () => {
  const { send, kernel, errors } = open();
  await send({ type: "label", view: "v", index: 1, fields: { name: "smile" }, study: false });
  expect(kernel.labels.named[1]?.name).toBe("smile");
  await send({ type: "take_back", view: "v", study: false }, { type: "take_back", view: "v", study: false });
  expect(kernel.labels.named).toEqual({});
  expect(errors()).toEqual(["There is nothing to take back."]);
});

test("a page says what it cannot do", async () => {
  const { send, errors, kernel } = open();
  await send({ type: "spread", view: "v" }, { type: "share", view: "v", what: "film", ending: ".gif" });
  expect(errors()).toEqual([
    "A page cannot spread a kept edit; a notebook can.",
    "A page cannot save film as .gif; a notebook can.",
  ]);
  expect(kernel.limits.layers).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test("code opens the same state in a notebook", async () => {
  const { send, listener, kernel } = open();
  await send({ type: "code", view: "v" });
  const [[{ text }]] = listener.code.mock.calls as [[{ text: string }]];
  expect(text).toContain('explore("heads", state=json.loads(');
  expect(text).toContain(JSON.stringify(JSON.stringify(kernel.state)));
});

test("code for a generator that came from no file says that it must be there", async () => {
  const { send, listener } = open({ source: null });
  await send({ type: "code", view: "v" });
  const [[{ text }]] = listener.code.mock.calls as [[{ text: string }]];
  expect(text).toContain('# `generator` must be there: "tiny"\npanel = explore(generator, state=');
});

test("its state is a file that a notebook reads", async () => {
  const { send, listener } = open();
  await send({ type: "share", view: "v", what: "state", ending: ".json" });
  const [file, bytes] = listener.file.mock.calls[0] as [object, DataView];
  expect(file).toMatchObject({ name: "tiny-state.json", mime: "application/json" });
  expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
    format: "sefa_widget state",
    version: 1,
  });
});

test("nothing is drawn for a panel that has ended", async () => {
  const { send, ending, painted } = open();
  ending.abort();
  await send(edit(1, { strengths: { 0: 1 } }));
  expect(painted).toEqual([]);
});

test("a page that was drawn beforehand asks for nothing that was not drawn", async () => {
  const { send, draw, kernel, painted, listener } = open({ drawn: DRAWN });
  await send(edit(1, { strengths: { 0: 1.9 } }));
  await draw();
  await send({
    type: "look",
    study: false,
    visited: false,
    view: "v",
    name: "ends",
    size: 2,
    items: [
      [0, 1, 3.9],
      [0, 3, 2.8],
      [0, 2, 1],
    ],
  });
  await draw();
  const strengths = painted.map((tiles) => tiles.map(({ moved }) => moved[0]?.strengths));
  expect(strengths).toEqual([
    [{ 0: 2 }, { 0: 2 }],
    [{ 1: 4 }, { 0: 2, 3: 3 }],
  ]);
  expect(listener.seen.mock.calls[0]?.[0]).toMatchObject({ items: [0, 1] });
  expect(kernel.limits.beforehand?.starts.length).toBe(3);
});

test("undo goes back to what a direction that was not drawn together took away, and says nothing more", async () => {
  const { send, kernel } = open({ drawn: DRAWN });
  await send(edit(1, { strengths: { 0: 2 } }), edit(2, { strengths: { 1: 2 } }));
  expect([kernel.state.strengths, kernel.limits.beforehand?.said]).toEqual([
    { 1: 2 },
    "#0 went back to 0: it was not drawn together with #1.",
  ]);
  await send({ type: "undo", view: "v", redo: false });
  expect([kernel.state.strengths, kernel.limits.beforehand?.said]).toEqual([{ 0: 2 }, ""]);
});
