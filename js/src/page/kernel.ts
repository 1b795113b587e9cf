/** The kernel of a page: it keeps the state as a notebook's does, and the generator runs in a worker. */

import type { Kernel, Limits, Listener } from "../kernel";
import type { Intent, Request } from "../messages";
import type { State } from "../state";
import type { Contents, Held } from "./contents";
import { ENDINGS, makeFile } from "./files";
import type { Names } from "./names";
import type { Painted, Painter } from "./painter";
import { patched } from "./patch";
import { heldFor } from "./searches";
import { StepList } from "./steps";
import { lookTile, type Tile, tileKey, tilesOf } from "./tiles";

/** A guess, until a picture was drawn. */
const PIXELS_A_MS = 1000;
/** Pictures that take so many milliseconds are drawn at once; where all take more, the large one comes first. */
const TOGETHER_MS = 25;
/** So often the others are left out for a newer edit, then they are drawn all the same. */
const SKIPPED = 3;
/** Bytes of pictures that are kept. */
const KEPT_BYTES = 2 ** 26;

type Edit = Extract<Intent, { type: "edit" | "hello" }>;
type Look = Extract<Request, { type: "look" }> & { readonly view: string };

interface Job {
  readonly look: Look;
  readonly shown: string;
  readonly revision: number;
  next: number;
}

export class PageKernel implements Kernel {
  readonly absent = false;
  readonly limits: Limits;
  readonly #steps: StepList;
  readonly #kept = new Map<string, Painted>();
  readonly #edits = new Map<string, Edit>();
  readonly #jobs = new Map<string, Job>();
  readonly #files: (Extract<Request, { type: "share" }> & { view: string })[] = [];
  #keptBytes = 0;
  #state: State;
  #found: Held;
  #listener: Listener | null = null;
  #busy = false;
  /** Milliseconds that a picture takes, the first one by its size. */
  #tileMs: number;
  #skipped = 0;

  constructor(
    private readonly contents: Contents,
    private readonly painter: Painter,
    private readonly names: Names,
  ) {
    this.#state = contents.state;
    this.#found = heldFor(contents.searches, contents.state);
    this.#steps = new StepList(contents.state);
    this.#tileMs = (contents.generator.resolution * contents.network.width) / PIXELS_A_MS;
    const layers = contents.searches.map((held) => held.layers);
    this.limits = { layers, files: ENDINGS };
  }

  get generator() {
    return this.contents.generator;
  }

  get state() {
    return this.#state;
  }

  get directions() {
    return this.#found.info;
  }

  get history() {
    return this.#steps.history(this.#state.revision);
  }

  /** A page has no store that others answer in. */
  get study() {
    return null;
  }

  get labels() {
    return this.names.info(this.#found);
  }

  /** Answers come later, as they do from a notebook's kernel. */
  send(intent: Intent): void {
    queueMicrotask(() => {
      try {
        this.#take(intent);
      } catch (error) {
        this.#fail(intent.view, "seq" in intent ? intent.seq : 0, error);
      }
    });
  }

  listen(listener: Listener, signal: AbortSignal): void {
    this.#listener = listener;
    signal.addEventListener("abort", () => (this.#listener = null), { once: true });
  }

  /** Take new values for fields of the state, as Python code does in a notebook. */
  change(patch: Readonly<Record<string, unknown>>): void {
    this.#set(this.#patched(patch, false), null);
  }

  #patched(patch: Readonly<Record<string, unknown>>, merge: boolean): State {
    const { generator, searches, network } = this.contents;
    return patched(this.#state, patch, { generator, searches, truncates: network.truncates }, merge);
  }

  #take(intent: Intent): void {
    const { type, view } = intent;
    if (type === "probe") this.#listener?.info({ type, view, seq: intent.seq }, undefined);
    else if (type === "bye") this.#edits.delete(view);
    else if (type === "undo") {
      const then = this.#steps.go(intent.redo, this.#state);
      if (then) this.#show(then);
    } else if (type === "visit") this.#show(this.#steps.visit(intent.place, this.#state));
    else if (type === "look") {
      this.#jobs.delete(intent.name);
      const [shown, revision] = [this.#shown(), this.#state.revision];
      if (intent.items.length > 0) this.#jobs.set(intent.name, { look: intent, shown, revision, next: 0 });
    } else if (type === "label") {
      this.names.say(this.#found, intent.index, intent.fields);
      this.#listener?.labels(this.labels);
    } else if (type === "take_back") {
      this.names.takeBack();
      this.#listener?.labels(this.labels);
    } else if (type === "code") this.#listener?.code({ type, view, text: this.#code() });
    else if (type === "share") this.#files.push(intent);
    else if (type === "edit" || type === "hello") {
      if (type === "edit" && Object.keys(intent.patch).length > 0)
        this.#set(this.#patched(intent.patch, true), intent.step || null);
      this.#edits.set(view, intent);
    } else if (type === "spread") throw new Error("A page cannot spread a kept edit; a notebook can.");
    void this.#work();
  }

  #set(state: State, step: unknown): void {
    if (state === this.#state) return;
    this.#steps.record(state, step);
    this.#show(state);
  }

  /** Tell the panel of another state. */
  #show(state: State): void {
    this.#state = state;
    const found = heldFor(this.contents.searches, state);
    const other = found !== this.#found;
    this.#found = found;
    this.#listener?.state(state);
    if (other) this.#listener?.directions(found.info);
    if (other) this.#listener?.labels(this.labels);
    this.#listener?.history(this.history);
  }

  /** The part of the state that pictures depend on. */
  #shown(): string {
    return tilesOf(this.#state, this.contents, false).flat().map(tileKey).join();
  }

  #code(): string {
    const { source, generator } = this.contents;
    const opened = source === null ? `generator # ${generator.name}` : JSON.stringify(source);
    const state = JSON.stringify(JSON.stringify(this.#state));
    return `import json\n\nfrom sefa_widget import explore\n\npanel = explore(${opened}, state=json.loads(${state}))\npanel\n`;
  }

  #fail(view: string, seq: number, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#listener?.info({ type: "error", view, seq, message }, undefined);
  }

  /** Draw what is wanted, the newest edit first, as long as something is. */
  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#listener) {
        const [edit] = this.#edits.values();
        if (edit) await this.#answer(edit);
        else if (this.#files.length > 0) await this.#file();
        else {
          const [job] = [...this.#jobs.values()].slice(-1);
          if (!job) return; // at once: what comes from here on begins this anew
          await this.#look(job);
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  async #answer(edit: Edit): Promise<void> {
    const { view, seq } = edit;
    this.#edits.delete(view);
    const unedited = edit.type === "edit" && edit.unedited;
    const { revision, chosen } = this.#state;
    try {
      const rows = tilesOf(this.#state, this.contents, unedited);
      const places = rows.flatMap((row, y) => row.map((tile, x) => ({ tile, place: [y, x] as const })));
      // The large one first.
      places.sort((a, b) => Number(b.place[0] === chosen) - Number(a.place[0] === chosen));
      const quick = this.#tileMs * places.length <= TOGETHER_MS;
      const first = rows[chosen]?.length ?? 1;
      for (let n = 0; n < places.length; ) {
        // What is newer is answered in the place of the rest; something is shown all the same.
        if (n > 0 && this.#givesWay(view)) return;
        const most = n > 0 || quick ? this.#batch() : first;
        const some = places.slice(n, n + most);
        n += some.length;
        const { painted, render_ms } = await this.#paint(some.map(({ tile }) => tile));
        const { width, height } = painted[0] ?? { width: 1, height: 1 };
        const size = { mime: "image/x-rgba", width, height };
        const sheet = {
          rows: rows.length,
          columns: rows[0]?.length ?? 1,
          tiles: some.map(({ place }) => place),
        };
        const frame = {
          type: "frame",
          view,
          seq,
          revision,
          ...sheet,
          quality: "final",
          unedited,
          ...size,
        } as const;
        this.#listener?.info({ ...frame, render_ms }, joined(painted));
      }
    } catch (error) {
      this.#fail(view, seq, error);
    }
  }

  /** Draw some small pictures. */
  async #look(job: Job): Promise<void> {
    const { look, shown, revision } = job;
    const done = () => this.#jobs.get(look.name) === job && this.#jobs.delete(look.name);
    try {
      const items = look.items.map((item, n) => ({ n, tile: lookTile(this.#state, this.contents, item) }));
      const some = items.slice(job.next, job.next + this.#batch());
      job.next += some.length;
      const known = some.filter((one): one is { n: number; tile: Tile } => one.tile !== null);
      if (job.next >= items.length) done();
      if (shown !== this.#shown()) done();
      else if (known.length > 0) {
        const times = Math.max(1, Math.floor(this.generator.resolution / Math.max(1, look.size)));
        const { painted } = await this.painter.paint(
          known.map(({ tile }) => tile),
          times,
        );
        const { width = 1, height = 1 } = painted[0] ?? {};
        const seen = {
          type: "look",
          view: look.view,
          name: look.name,
          revision,
          items: known.map(({ n }) => n),
        } as const;
        this.#listener?.seen({ ...seen, mime: "image/x-rgba", width, height }, joined(painted));
      }
    } catch (error) {
      done();
      this.#fail(look.view, 0, error);
    }
  }

  async #file(): Promise<void> {
    const wanted = this.#files.shift();
    if (!wanted) return;
    const { view, what, ending } = wanted;
    try {
      const file = await makeFile(what, ending, {
        contents: this.contents,
        state: this.#state,
        names: this.names,
        paint: async (tiles) => (await this.#paint(tiles)).painted,
      });
      const name = `${this.generator.name}-${what}${ending}`.replaceAll(/[^\p{L}\p{N}.-]/gu, "-");
      this.#listener?.file({ type: "file", view, name, mime: file.mime }, new DataView(file.bytes));
    } catch (error) {
      this.#fail(view, 0, error);
    }
  }

  /** Whether the rest is left to a newer edit; every now and then it is drawn all the same. */
  #givesWay(view: string): boolean {
    const gives = this.#edits.has(view) && this.#skipped < SKIPPED;
    this.#skipped = gives ? this.#skipped + 1 : 0;
    return gives;
  }

  /** How many pictures are drawn at once: an edit may come at any time, and waits for them. */
  #batch(): number {
    return Math.max(1, Math.floor(TOGETHER_MS / this.#tileMs));
  }

  /** Draw tiles at their full size; those that are kept are not drawn again. */
  async #paint(tiles: readonly Tile[]): Promise<{ painted: Painted[]; render_ms: number }> {
    const keys = tiles.map(tileKey);
    const missing = tiles.filter((_, n) => !this.#kept.has(keys[n] ?? ""));
    const drawn = missing.length > 0 ? await this.painter.paint(missing, 1) : { painted: [], render_ms: 0 };
    if (missing.length > 0) this.#tileMs = Math.max(1, drawn.render_ms) / missing.length;
    const fresh = new Map(missing.map((tile, n) => [tileKey(tile), drawn.painted[n]] as const));
    const painted = keys.flatMap((key) => fresh.get(key) ?? this.#kept.get(key) ?? []);
    for (const [n, key] of keys.entries()) this.#keep(key, painted[n]);
    return { painted, render_ms: drawn.render_ms };
  }

  #keep(key: string, painted: Painted | undefined): void {
    if (!painted) return;
    const before = this.#kept.get(key);
    if (before) this.#keptBytes -= before.pixels.length;
    this.#kept.delete(key);
    this.#kept.set(key, painted);
    this.#keptBytes += painted.pixels.length;
    for (const [oldest, { pixels }] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= pixels.length;
    }
  }
}

/** The bytes of pictures, one below the other. */
function joined(painted: readonly Painted[]): DataView {
  const size = painted.reduce((sum, { pixels }) => sum + pixels.length, 0);
  const all = new Uint8ClampedArray(size);
  let place = 0;
  for (const { pixels } of painted) {
    all.set(pixels, place);
    place += pixels.length;
  }
  return new DataView(all.buffer);
}
