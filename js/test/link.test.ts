import { beforeEach, describe, expect, test } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import { Link } from "../src/link";
import { type Frame, type Intent, parseInfo } from "../src/messages";
import { overlay } from "../src/overlay";
import { chosenPin, type Patch, parseState, type State } from "../src/state";
import { Clock } from "./clock";

const first = parseState(wire.traits.state) as State;
const template = parseInfo(wire.down.frame) as Frame;
const bytes = new DataView(new ArrayBuffer(4));

/** One view with a kernel played by the test. */
class Bench {
  readonly clock = new Clock();
  readonly sent: Intent[] = [];
  readonly frames: Frame[] = [];
  readonly errors: string[] = [];
  readonly progress: [string, number][] = [];
  readonly told: string[] = [];
  state = first;
  broken = false;
  draws = false;
  readonly link: Link;

  constructor(view = "v1", hostname = "localhost") {
    this.link = new Link(view, first, {
      send: (message) => {
        if (this.broken) throw new Error("Comm is disposed.");
        this.sent.push(message);
      },
      now: () => this.clock.time,
      after: (ms, callback) => this.clock.after(ms, callback),
      hostname,
      draws: () => this.draws,
      changed: () => this.told.push("changed"),
      confirmed: () => this.told.push("confirmed"),
      frame: (frame) => this.frames.push(frame),
      error: (message) => this.errors.push(message),
      progress: (text, fraction) => this.progress.push([text, fraction]),
    });
  }

  /** Start, get the first picture, and fail the first probe, so that it stays out of the way. */
  started(): this {
    this.link.start();
    this.frame(1);
    this.clock.pass(1000);
    this.sent.length = 0;
    return this;
  }

  change(patch: Patch): void {
    this.state = { ...overlay(this.state, [patch]), revision: this.state.revision + 1 };
    this.link.setState(this.state);
  }

  frame(seq: number, fields: Partial<Frame> = {}): void {
    const info = { ...template, view: this.link.view, seq, revision: this.state.revision, ...fields };
    this.link.receive({ ...info, quality: fields.quality ?? "preview" }, bytes);
  }

  error(seq: number, message = "No."): void {
    this.link.receive({ type: "error", view: this.link.view, seq, message }, undefined);
  }

  edits() {
    return this.sent.filter((message) => message.type === "edit");
  }

  lastSeq(): number {
    const last = this.sent.findLast((message) => message.type === "edit" || message.type === "hello");
    return last && "seq" in last ? last.seq : -1;
  }
}

let bench: Bench;
beforeEach(() => {
  bench = new Bench().started();
});

describe("one request in flight", () => {
  test("the first message is hello, and nothing else is sent before the picture", () => {
    const fresh = new Bench();
    fresh.link.start();
    fresh.link.edit({ seed: 3 });
    expect(fresh.sent).toEqual([{ type: "hello", view: "v1", seq: 1, padded: false }]);
  });

  test("an edit with a free slot is sent at once", () => {
    bench.link.edit({ seed: 3 });
    expect(bench.edits()).toMatchObject([
      { patch: { seed: 3 }, moving: false, unedited: false, padded: false },
    ]);
  });

  test("edits while one is in flight merge into one wish, strengths by direction", () => {
    bench.link.edit({ seed: 3 });
    bench.link.edit({ strengths: { 0: 1 } });
    bench.link.edit({ strengths: { 1: 2 } });
    bench.link.edit({ strengths: { 0: 0 } });
    expect(bench.edits()).toHaveLength(1);
    expect(bench.link.merged).toBe(3);
    bench.change({ seed: 3 });
    bench.frame(bench.lastSeq());
    expect(bench.edits()).toHaveLength(2);
    expect(bench.edits()[1]?.patch).toEqual({ strengths: { 0: 0, 1: 2 } });
    expect(bench.link.merged).toBe(0);
  });

  test("numbers of requests rise", () => {
    const seqs = [3, 4, 5].map((seed) => {
      bench.link.edit({ seed });
      bench.change({ seed });
      bench.frame(bench.lastSeq());
      return bench.lastSeq();
    });
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(seqs).size).toBe(3);
  });

  test("a later answer frees the slot of all before it", () => {
    bench.link.edit({ seed: 3 });
    bench.frame(bench.lastSeq() + 5);
    bench.link.edit({ seed: 4 });
    expect(bench.edits()).toHaveLength(2);
  });

  test("an earlier answer does not free the slot", () => {
    bench.link.edit({ seed: 3 });
    bench.frame(bench.lastSeq() - 1);
    bench.link.edit({ seed: 4 });
    expect(bench.edits()).toHaveLength(1);
  });

  test("a final frame answers nothing", () => {
    bench.link.edit({ seed: 3 });
    bench.change({ seed: 3 });
    bench.frame(bench.lastSeq());
    bench.link.edit({ seed: 4 });
    bench.frame(bench.lastSeq() - 1, { quality: "final" });
    bench.link.edit({ seed: 5 });
    expect(bench.edits()).toHaveLength(2);
  });

  test("frames and errors for other views are none of its business", () => {
    bench.link.edit({ seed: 3 });
    bench.link.receive({ ...template, view: "v2", seq: 99 }, bytes);
    bench.link.receive({ type: "error", view: "v2", seq: 99, message: "No." }, undefined);
    expect([bench.frames.length, bench.errors.length]).toEqual([1, 0]);
    bench.link.receive({ type: "error", view: "", seq: 0, message: "All." }, undefined);
    expect(bench.errors).toEqual(["All."]);
  });
});

describe("other directions", () => {
  test("a strength that waits is sent before them, and one after them is another request", () => {
    const bench = new Bench().started();
    bench.link.edit({ seed: 1 });
    bench.link.edit({ strengths: { 0: 1 } });
    bench.link.edit({ layers: [0, 2] });
    bench.link.edit({ strengths: { 3: 1 } });
    const patches = bench.sent.map((message) => (message.type === "edit" ? message.patch : {}));
    expect(patches).toEqual([{ seed: 1 }, { strengths: { 0: 1 } }, { layers: [0, 2] }]);
    bench.frame(bench.lastSeq());
    expect(bench.sent.at(-1)).toMatchObject({ patch: { strengths: { 3: 1 } } });
  });

  test("a strength that waits is sent before it is spread", () => {
    const bench = new Bench().started();
    bench.link.edit({ seed: 1 });
    bench.link.edit({ strengths: { 0: 1 } });
    bench.link.ask({ type: "spread" });
    expect(bench.sent.slice(1)).toMatchObject([{ patch: { strengths: { 0: 1 } } }, { type: "spread" }]);
  });
});

describe("undo", () => {
  test("is said at once, and what comes of it is asked for as any change is", () => {
    bench.link.ask({ type: "undo", redo: false });
    expect(bench.sent).toEqual([{ type: "undo", view: "v1", redo: false }]);
    bench.change({ seed: 9 });
    expect(bench.edits()).toMatchObject([{ patch: {} }]);
  });

  test("comes after what was wished before", () => {
    bench.link.edit({ seed: 3 }, 1);
    bench.link.edit({ seed: 4 }, 2);
    bench.link.ask({ type: "undo", redo: true });
    expect(bench.sent).toMatchObject([
      { type: "edit", patch: { seed: 3 }, step: 1 },
      { type: "edit", patch: { seed: 4 }, step: 2 },
      { type: "undo", redo: true },
    ]);
  });

  test("is not said when the connection is gone", () => {
    bench.link.disconnect();
    bench.link.ask({ type: "undo", redo: false });
    expect(bench.sent).toEqual([]);
  });
});

describe("what the person wants", () => {
  test("shows before it is sent, while in flight, and after it is answered", () => {
    bench.link.edit({ seed: 3 });
    bench.link.edit({ normalize: false });
    expect(bench.link.wanted()).toMatchObject({ starts: [{ seed: 3 }, {}], normalize: false });
    bench.change({ seed: 3 });
    bench.frame(bench.lastSeq());
    expect(bench.link.wanted()).toMatchObject({ starts: [{ seed: 3 }, {}], normalize: false });
    bench.change({ normalize: false });
    bench.frame(bench.lastSeq());
    expect(bench.link.wanted()).toEqual(bench.state);
  });

  test("a state from elsewhere does not move a control that is not answered yet", () => {
    bench.link.edit({ strengths: { 0: 4 } });
    bench.change({ strengths: { 0: 1, 1: 1 } });
    expect(bench.link.wanted().strengths).toEqual({ 0: 4, 1: 1 });
  });

  test("an error drops the patch it answers, and is told", () => {
    bench.link.edit({ seed: 3 });
    bench.error(bench.lastSeq(), "Seed 3 is bad.");
    expect(chosenPin(bench.link.wanted()).seed).toBe(chosenPin(first).seed);
    expect(bench.errors).toEqual(["Seed 3 is bad."]);
    bench.link.edit({ seed: 4 });
    expect(bench.edits()).toHaveLength(2);
  });

  test("an error does not drop what was wished since", () => {
    bench.link.edit({ seed: 3 });
    bench.link.edit({ normalize: false });
    bench.error(bench.lastSeq());
    expect(bench.edits()[1]?.patch).toEqual({ normalize: false });
  });

  test("a failed render is not asked for again until something changes", () => {
    bench.change({ seed: 9 });
    bench.error(bench.lastSeq());
    bench.clock.pass(20_000);
    expect(bench.edits()).toHaveLength(1);
    bench.change({ seed: 10 });
    expect(bench.edits()).toHaveLength(2);
  });
});

describe("holding", () => {
  test("edits while a control is held are moving, and letting go sends one last that is not", () => {
    bench.link.hold(true);
    bench.link.edit({ seed: 3 });
    bench.change({ seed: 3 });
    bench.frame(bench.lastSeq());
    bench.link.hold(false);
    expect(bench.edits()).toMatchObject([{ moving: true }, { patch: {}, moving: false }]);
    bench.frame(bench.lastSeq());
    expect(bench.edits()).toHaveLength(2);
  });

  test("letting go with a wish waiting sends that wish as the last", () => {
    bench.link.hold(true);
    bench.link.edit({ seed: 3 });
    bench.link.edit({ seed: 4 });
    bench.link.hold(false);
    bench.change({ seed: 3 });
    bench.frame(bench.lastSeq());
    bench.change({ seed: 4 });
    bench.frame(bench.lastSeq());
    expect(bench.edits()).toMatchObject([{ moving: true }, { patch: { seed: 4 }, moving: false }]);
  });

  test("holding and letting go without an edit sends nothing", () => {
    bench.link.hold(true);
    bench.link.hold(false);
    expect(bench.edits()).toEqual([]);
  });

  test("comparing asks for the unedited picture, and for the edited one afterwards", () => {
    bench.link.compare(true);
    bench.link.compare(false);
    bench.frame(bench.lastSeq(), { unedited: true });
    expect(bench.edits()).toMatchObject([
      { patch: {}, unedited: true },
      { patch: {}, unedited: false },
    ]);
  });
});

describe("a page that goes away", () => {
  test("what was changed last is sent before the goodbye", () => {
    bench.link.edit({ seed: 3 });
    bench.link.edit({ seed: 4 });
    bench.link.stop(true);
    expect(bench.sent.slice(-2)).toMatchObject([{ patch: { seed: 4 } }, { type: "bye", returns: true }]);
    bench.clock.pass(100_000);
    expect(bench.sent.at(-1)?.type).toBe("bye");
  });
});

describe("pulling", () => {
  test("the panel is drawn anew for an edit, and not again when the kernel confirms it", () => {
    bench.told.length = 0;
    bench.link.edit({ strengths: { 1: 2 } });
    bench.change({ strengths: { 1: 2 } });
    bench.frame(bench.lastSeq());
    expect(bench.told).toEqual(["changed", "confirmed", "confirmed"]);
    bench.change({ strengths: { 1: 1 } });
    expect(bench.told.at(-1)).toBe("changed");
  });

  test("a state changed elsewhere is asked for once", () => {
    bench.change({ seed: 9 });
    expect(bench.edits()).toMatchObject([{ patch: {} }]);
    bench.frame(bench.lastSeq());
    bench.clock.pass(1000);
    expect(bench.edits()).toHaveLength(1);
  });

  test("changes while a request is in flight are asked for after it, once", () => {
    bench.change({ seed: 9 });
    const { revision } = bench.state;
    bench.change({ seed: 10 });
    bench.change({ seed: 11 });
    expect(bench.edits()).toHaveLength(1);
    bench.frame(bench.lastSeq(), { revision });
    expect(bench.edits()).toHaveLength(2);
  });

  test("what is known anew while a picture is on its way is asked for once that has come", () => {
    bench.link.edit({ strengths: { 0: 1 } });
    bench.change({ strengths: { 0: 1 } });
    bench.link.refresh();
    expect(bench.edits()).toHaveLength(1);
    bench.frame(bench.lastSeq()); // it may be of what was known before
    expect(bench.edits()).toHaveLength(2);
    bench.frame(bench.lastSeq());
    expect(bench.edits()).toHaveLength(2);
    expect(bench.link.quiet).toBe(true);
  });

  test("the state that an own edit made is not asked for again", () => {
    bench.link.edit({ seed: 3 });
    bench.change({ seed: 3 });
    bench.frame(bench.lastSeq());
    expect(bench.edits()).toHaveLength(1);
  });
});

describe("a kernel that does not answer", () => {
  test("is mentioned after 400 ms, and no longer when it answers", () => {
    bench.link.edit({ seed: 3 });
    bench.clock.pass(399);
    expect(bench.link.status).toBe("ready");
    bench.clock.pass(1);
    expect(bench.link.status).toBe("waiting");
    bench.frame(bench.lastSeq());
    expect(bench.link.status).toBe("ready");
  });

  test("gets the merged wish again after 2 s, under a new number", () => {
    bench.link.edit({ seed: 3 });
    bench.link.edit({ normalize: false });
    bench.clock.pass(2000);
    const [lost, again] = bench.edits();
    expect(again).toMatchObject({ patch: { seed: 3, normalize: false } });
    expect(again?.seq).toBeGreaterThan(lost?.seq ?? 0);
  });

  test("gets four renders' time if that is longer", () => {
    bench.link.edit({ seed: 3 });
    bench.change({ seed: 3 });
    for (let i = 0; i < 9; i++) {
      bench.frame(bench.lastSeq(), { render_ms: 1000 });
      bench.link.edit({ seed: i });
    }
    const before = bench.edits().length;
    bench.clock.pass(3999);
    expect(bench.edits()).toHaveLength(before);
    bench.clock.pass(1);
    expect(bench.edits()).toHaveLength(before + 1);
  });

  test("is called silent after three resends, is asked every 5 s, and recovers with an answer", () => {
    bench.link.edit({ seed: 3 });
    bench.clock.pass(7999);
    expect([bench.link.status, bench.edits().length]).toEqual(["waiting", 4]);
    bench.clock.pass(1);
    expect([bench.link.status, bench.edits().length]).toEqual(["silent", 5]);
    bench.clock.pass(10_000);
    expect(bench.edits()).toHaveLength(7);
    expect(chosenPin(bench.link.wanted()).seed).toBe(3);
    bench.change({ seed: 3 });
    bench.frame(bench.lastSeq());
    expect(bench.link.status).toBe("ready");
    bench.clock.pass(60_000);
    expect(bench.edits()).toHaveLength(7);
  });

  test("is left alone while the kernel tells of progress", () => {
    bench.link.edit({ method: "jacobian" });
    for (let done = 1; done <= 10; done++) {
      bench.clock.pass(1500);
      bench.link.receive(
        { type: "progress", view: "v1", seq: bench.lastSeq(), text: "jacobian", fraction: done / 10 },
        undefined,
      );
    }
    expect(bench.edits()).toHaveLength(1);
    expect(bench.progress.at(-1)).toEqual(["jacobian", 1]);
  });

  test("gets hello again if it never answered", () => {
    const fresh = new Bench();
    fresh.link.start();
    fresh.clock.pass(2000);
    expect(fresh.sent.map(({ type }) => type)).toEqual(["hello", "hello"]);
  });

  test("a late answer to a lost request is taken as a sign of life", () => {
    bench.link.edit({ seed: 3 });
    const lost = bench.lastSeq();
    bench.clock.pass(9000);
    bench.frame(lost);
    expect(bench.link.status).toBe("ready");
    expect(bench.frames.at(-1)?.seq).toBe(lost);
  });

  test("is gone when the connection is, and nothing more is sent", () => {
    bench.link.edit({ seed: 3 });
    bench.link.disconnect();
    bench.link.edit({ seed: 4 });
    bench.clock.pass(60_000);
    expect([bench.link.status, bench.edits().length]).toEqual(["gone", 1]);
  });

  test("says that it exists when all views are called, until it is gone", () => {
    const called = { type: "probe", view: "", seq: 0 } as const;
    bench.link.receive(called, undefined);
    expect(bench.sent).toEqual([{ type: "probe", view: "v1", seq: 0, padded: false }]);
    bench.link.stop(false);
    bench.sent.length = 0;
    bench.link.receive(called, undefined);
    expect(bench.sent).toEqual([]);
  });

  test("is gone when sending fails", () => {
    bench.broken = true;
    bench.link.edit({ seed: 3 });
    expect(bench.link.status).toBe("gone");
    expect(bench.clock.timers).toEqual([]);
  });
});

describe("measuring the way", () => {
  /** Answer every probe after so many ms, as the kernel would. */
  async function answerProbes(fresh: Bench, empty: number, padded: number): Promise<void> {
    for (let i = 0; i < 10; i++) {
      const probe = fresh.sent.at(-1);
      if (probe?.type !== "probe") throw new Error("No probe was sent.");
      fresh.clock.pass(probe.padded ? padded : empty);
      fresh.link.receive({ type: "probe", view: fresh.link.view, seq: probe.seq }, undefined);
      for (let tick = 0; tick < 5; tick++) await Promise.resolve();
    }
  }

  const probed = async (empty: number, padded: number, renderMs: number, hostname = "localhost") => {
    const fresh = new Bench("v1", hostname);
    fresh.link.start();
    expect(fresh.sent).toHaveLength(1);
    fresh.frame(1, { render_ms: renderMs });
    await answerProbes(fresh, empty, padded);
    fresh.sent.length = 0;
    fresh.link.edit({ seed: 3 });
    fresh.link.edit({ seed: 4 });
    return fresh.edits();
  };

  test("starts after the first picture, and asks for padding where it helps", async () => {
    expect(await probed(47, 18, 100)).toMatchObject([{ padded: true }]);
    expect(await probed(47, 18, 100, "hub.example.org")).toMatchObject([{ padded: false }]);
    expect(await probed(10, 10, 100)).toMatchObject([{ padded: false }]);
  });

  test("allows two requests in flight only if the way is longer than 1.5 renders", async () => {
    expect(await probed(16, 16, 10)).toHaveLength(2);
    expect(await probed(14, 14, 10)).toHaveLength(1);
  });

  test("happens once, and leaves no timer when the view ends in the middle", () => {
    const fresh = new Bench();
    fresh.link.start();
    fresh.frame(1);
    fresh.frame(1, { quality: "final" });
    expect(fresh.sent.filter(({ type }) => type === "probe")).toHaveLength(1);
    fresh.link.stop(false);
    expect(fresh.clock.timers).toEqual([]);
    expect(fresh.sent.at(-1)).toEqual({ type: "bye", view: "v1", returns: false });
  });
});

describe("a page that draws by itself", () => {
  beforeEach(() => {
    bench.draws = true;
    bench.link.hold(true);
  });

  test("the kernel is told of a held control ten times a second, and that it need not draw", () => {
    for (let n = 1; n <= 30; n++) {
      bench.link.edit({ strengths: { 0: n } }, 1);
      if (bench.edits().length > 0) bench.frame(bench.lastSeq(), { tiles: [] });
      bench.clock.pass(10);
    }
    expect(bench.edits().length).toBeGreaterThanOrEqual(2);
    expect(bench.edits().length).toBeLessThanOrEqual(4);
    expect(bench.edits().every(({ drawn, moving }) => drawn && moving)).toBe(true);
  });

  test("what was moved last is told though nothing comes any more", () => {
    bench.link.edit({ strengths: { 0: 1 } }, 1);
    bench.frame(bench.lastSeq(), { tiles: [] });
    bench.link.edit({ strengths: { 0: 2 } }, 1);
    expect(bench.edits()).toHaveLength(1);
    bench.clock.pass(100);
    expect(bench.edits().at(-1)?.patch).toEqual({ strengths: { 0: 2 } });
  });

  test("a control that is let go is told at once, and its picture is the kernel's", () => {
    bench.link.edit({ strengths: { 0: 1 } }, 1);
    bench.frame(bench.lastSeq(), { tiles: [] });
    bench.link.edit({ strengths: { 0: 2 } }, 1);
    bench.link.hold(false);
    expect(bench.edits().at(-1)).toMatchObject({
      patch: { strengths: { 0: 2 } },
      moving: false,
      drawn: false,
    });
  });

  test("a comparison is drawn by the kernel", () => {
    bench.link.compare(true);
    expect(bench.edits().at(-1)).toMatchObject({ unedited: true, drawn: false });
  });

  test("answers without pictures say nothing of how long pictures take", () => {
    bench.link.edit({ strengths: { 0: 1 } }, 1);
    bench.frame(bench.lastSeq(), { tiles: [], render_ms: 9000 });
    bench.draws = false;
    bench.link.edit({ strengths: { 0: 2 } }, 1);
    bench.clock.pass(2001);
    expect(bench.edits()).toHaveLength(3); // sent again after the usual patience
  });
});
