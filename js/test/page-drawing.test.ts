import { beforeEach, describe, expect, test, vi } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { type GeneratorInfo, parseGeneratorInfo } from "../src/info";
import type { Frame, Lent } from "../src/messages";
import type { Drawable, Painted } from "../src/page/painter";
import { PageDrawing } from "../src/page-drawing";
import { parseState, type State } from "../src/state";

const info = parseGeneratorInfo(wire.traits.generator_info) as GeneratorInfo;
const plain = {
  ...(parseState(wire.traits.state) as State),
  starts: [0, 1, 2].map((seed) => ({ seed, label: null, name: "" })),
  chosen: 1,
  second: null,
  carried: [],
  original: false,
  strengths: {},
  noise: "const",
} as unknown as State;

/** The painter of a test: each picture is told to the test, which says when it is done. */
class Painter {
  readonly asked: (readonly Drawable[])[] = [];
  closed = false;
  wait: Promise<void> | null = null;
  fails = false;
  ms = 10;

  async paint(tiles: readonly Drawable[]): Promise<{ painted: Painted[]; render_ms: number }> {
    this.asked.push(tiles);
    await this.wait;
    if (this.fails) throw new Error("No memory.");
    const painted = tiles.map(({ pin }) => ({
      pixels: new Uint8ClampedArray(4).fill(pin.seed),
      width: 1,
      height: 1,
    }));
    return { painted, render_ms: this.ms * tiles.length };
  }

  close(): void {
    this.closed = true;
  }
}

let painter: Painter;
let borrowed: string[];
let shown: { frame: Frame; bytes: number[] }[];
let failures: unknown[];
let wanted: State | null;
let drawing: PageDrawing;

beforeEach(() => {
  [painter, borrowed, shown, failures, wanted] = [new Painter(), [], [], [], plain];
  drawing = new PageDrawing(
    info,
    {
      borrow: (what) => borrowed.push(what),
      newest: { seq: 7, revision: 3 },
      wanted: () => wanted,
      show: (frame, bytes) => shown.push({ frame, bytes: [...new Uint8Array(bytes.buffer)] }),
      fail: (error) => failures.push(error),
    },
    async () => painter,
  );
});

const about = {
  z_dim: 4,
  width: 1,
  truncates: true,
  most_psi: null,
  psi: 1,
  noise: "const",
  fingerprint: "weights",
};
const network: Lent = { type: "lent", view: "v", what: "network", about };

async function gzipped(): Promise<DataView> {
  const packed = new Blob(["runtime"]).stream().pipeThrough(new CompressionStream("gzip"));
  return new DataView(await new Response(packed).arrayBuffer());
}

async function takeNetwork(fed: Record<string, unknown> = about): Promise<void> {
  const bytes = new DataView(new TextEncoder().encode("program").buffer);
  await drawing.take({ ...network, about: fed }, [bytes, await gzipped(), bytes]);
  painter.asked.length = 0; // those that warm it up
}

async function takeVectors(state: State = plain, fingerprint = "weights"): Promise<void> {
  const { method, layers, options, normalize, edit_layers } = state;
  const search = { method, layers, options, normalize, edit_layers };
  const values = new DataView(new Float32Array(8).buffer);
  const lent = {
    type: "lent",
    view: "v",
    what: "vectors",
    about: { search, rows: [0], fingerprint },
  } as const;
  await drawing.take(lent, [values]);
}

async function ready(): Promise<void> {
  await takeNetwork();
  await takeVectors();
}

describe("what is lent", () => {
  test("the network is asked for once, and the directions of each search once it is here", async () => {
    drawing.start();
    drawing.look(plain);
    expect(borrowed).toEqual(["network"]);
    await takeNetwork();
    drawing.start();
    drawing.look(plain);
    drawing.look(plain);
    expect(borrowed).toEqual(["network", "vectors"]);
    await takeVectors();
    drawing.look(plain);
    drawing.look({ ...plain, strengths: { 0: 1 } });
    expect(borrowed).toHaveLength(2);
    drawing.look({ ...plain, layers: [0, 1] });
    expect(borrowed).toEqual(["network", "vectors", "vectors"]);
  });

  test("nothing is drawn before both are here", async () => {
    expect(drawing.draws(plain)).toBe(false);
    await takeNetwork();
    expect(drawing.draws(plain)).toBe(false);
    await takeVectors();
    expect(drawing.draws(plain)).toBe(true);
  });

  test("a panel that went away meanwhile ends the worker that comes late", async () => {
    drawing.stop();
    await takeNetwork();
    expect(painter.closed).toBe(true);
    await takeVectors();
    expect(drawing.draws(plain)).toBe(false);
  });
});

describe("what the kernel draws", () => {
  const latent = { seed: 0, label: null, name: "me", latent: "AAAA" };
  test.each([
    ["another search than that of the directions", { layers: [0, 1] }],
    ["a second search", { second: {} }],
    ["edits that are carried over", { carried: [{}] }],
    ["other noise than the network has", { noise: "none" }],
    ["the latent of a photo", { starts: [latent] }],
  ])("%s", async (_what, patch) => {
    await ready();
    expect(drawing.draws({ ...plain, ...patch } as unknown as State)).toBe(false);
  });

  test("other weights than the network has, once their directions are found", async () => {
    await ready();
    drawing.forget();
    expect(drawing.draws(plain)).toBe(false);
    drawing.look(plain);
    expect(borrowed).toEqual(["vectors"]);
    await takeVectors(plain, "other weights");
    expect(drawing.draws(plain)).toBe(false);
    await takeVectors();
    expect(drawing.draws(plain)).toBe(true);
  });

  test("another truncation, of a network that has only one", async () => {
    await takeNetwork({ ...about, truncates: false, psi: 0.7 });
    await takeVectors();
    expect(drawing.draws({ ...plain, truncation_psi: 0.7 })).toBe(true);
    expect(drawing.draws({ ...plain, truncation_psi: 0.6 })).toBe(false);
  });

  test("pictures that take too long", async () => {
    painter.ms = 101;
    await ready();
    expect(drawing.draws(plain)).toBe(false);
  });
});

describe("drawing", () => {
  test("quick pictures come together, and name the request and the state of the kernel", async () => {
    painter.ms = 5;
    await ready();
    await drawing.draw();
    expect(painter.asked.map((tiles) => tiles.map(({ pin }) => pin.seed))).toEqual([[1, 0, 2]]);
    expect(shown).toHaveLength(1);
    expect(shown[0]?.bytes).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2]);
    expect(shown[0]?.frame).toMatchObject({ seq: 7, revision: 3, rows: 3, columns: 1, quality: "preview" });
    expect(shown[0]?.frame.tiles).toEqual([
      [1, 0],
      [0, 0],
      [2, 0],
    ]);
  });

  test("of slower ones the chosen one comes first", async () => {
    await ready();
    await drawing.draw();
    expect(shown.map(({ frame }) => frame.tiles)).toEqual([
      [[1, 0]],
      [
        [0, 0],
        [2, 0],
      ],
    ]);
    expect(shown.map(({ frame }) => frame.turn)).toEqual([1, 2]);
  });

  test("beside the picture without edits they are in the second column", async () => {
    painter.ms = 5;
    await ready();
    wanted = { ...plain, original: true };
    await drawing.draw();
    expect(shown[0]?.frame.columns).toBe(2);
    expect(shown[0]?.frame.tiles[0]).toEqual([1, 1]);
  });

  test("of what comes meanwhile the newest is drawn, and the others of the older one are left out", async () => {
    await ready();
    let go = () => {};
    painter.wait = new Promise((done) => {
      go = done;
    });
    const first = drawing.draw();
    for (const strength of [1, 2, 3]) {
      wanted = { ...plain, strengths: { 0: strength } };
      void drawing.draw();
    }
    painter.wait = null;
    go();
    await first;
    const strengths = painter.asked.map(([tile]) => tile?.moved[0]?.strengths[0] ?? 0);
    expect(strengths).toEqual([0, 3, 3]);
    expect(painter.asked.map((tiles) => tiles.length)).toEqual([1, 1, 2]);
  });

  test("what is let go meanwhile is the kernel's", async () => {
    await ready();
    const drawn = drawing.draw();
    wanted = null;
    await drawn;
    expect(shown).toEqual([]);
    await drawing.draw();
    expect(painter.asked).toHaveLength(1);
  });

  test("a worker that fails is told once, and the kernel draws from there on", async () => {
    await ready();
    painter.fails = true;
    await drawing.draw();
    expect(failures).toEqual([new Error("No memory.")]);
    expect(painter.closed).toBe(true);
    expect(drawing.draws(plain)).toBe(false);
    drawing.start();
    expect(borrowed).toEqual([]);
    const again = vi.spyOn(painter, "paint");
    await drawing.draw();
    expect(again).not.toHaveBeenCalled();
  });
});
