/** Draws what a page's panel wants, one thing after another: the newest edit first, then files, then small pictures. */

import type { Listener } from "../kernel";
import type { Intent, Request } from "../messages";
import type { State } from "../state";
import type { Contents } from "./contents";
import { makeFile } from "./files";
import { KeptPictures } from "./kept";
import type { Names } from "./names";
import { joined, type Painter, SKIPPED, TOGETHER_MS } from "./painter";
import type { Rules } from "./rules";
import { lookTile, type Tile, tileKey, tilesOf } from "./tiles";

export type Edit = Extract<Intent, { type: "edit" | "hello" }>;
type Look = Extract<Request, { type: "look" }> & { readonly view: string };
type Share = Extract<Request, { type: "share" }> & { readonly view: string };

interface Job {
  readonly look: Look;
  readonly shown: string;
  readonly revision: number;
  next: number;
}

export interface DrawingHost {
  /** The state as it is now. */
  readonly state: State;
  /** Who is told; null once nobody is. */
  readonly listener: Listener | null;
  fail(view: string, seq: number, error: unknown): void;
}

export class Drawing {
  readonly #kept: KeptPictures;
  readonly #edits = new Map<string, Edit>();
  readonly #jobs = new Map<string, Job>();
  readonly #files: Share[] = [];
  #busy = false;
  #skipped = 0;

  constructor(
    private readonly contents: Contents,
    private readonly painter: Painter,
    private readonly names: Names,
    private readonly rules: Rules,
    private readonly host: DrawingHost,
  ) {
    this.#kept = new KeptPictures(painter, contents.height * contents.width);
  }

  /** Draw the state for a view; an edit of it that waits is never drawn. */
  edit(edit: Edit): void {
    this.#edits.set(edit.view, edit);
    void this.#work();
  }

  /** Draw small pictures in the place of older ones of the same name; none ends those. */
  look(look: Look): void {
    this.#jobs.delete(look.name);
    const [shown, revision] = [this.#shown(), this.host.state.revision];
    if (look.items.length > 0) this.#jobs.set(look.name, { look, shown, revision, next: 0 });
    void this.#work();
  }

  /** Make a file. */
  share(wanted: Share): void {
    this.#files.push(wanted);
    void this.#work();
  }

  /** Draw nothing more for a view. */
  forget(view: string): void {
    this.#edits.delete(view);
  }

  /** Draw what is wanted, the newest edit first, as long as something is. */
  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.host.listener) {
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
    const { revision, chosen } = this.host.state;
    try {
      const rows = tilesOf(this.host.state, this.contents, unedited);
      const places = rows.flatMap((row, y) => row.map((tile, x) => ({ tile, place: [y, x] as const })));
      // The large one first.
      places.sort((a, b) => Number(b.place[0] === chosen) - Number(a.place[0] === chosen));
      const quick = this.#kept.tileMs * places.length <= TOGETHER_MS;
      const first = rows[chosen]?.length ?? 1;
      for (let n = 0; n < places.length; ) {
        // What is newer is answered in the place of the rest; something is shown all the same.
        if (n > 0 && this.#givesWay(view)) return;
        const most = n > 0 || quick ? this.#batch() : first;
        const some = places.slice(n, n + most);
        n += some.length;
        const { painted, render_ms } = await this.#kept.paint(some.map(({ tile }) => tile));
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
        this.host.listener?.info({ ...frame, render_ms }, joined(painted));
      }
    } catch (error) {
      this.host.fail(view, seq, error);
    }
  }

  /** Draw some small pictures. */
  async #look(job: Job): Promise<void> {
    const { look, shown, revision } = job;
    const done = () => this.#jobs.get(look.name) === job && this.#jobs.delete(look.name);
    try {
      const items = look.items.map((item, n) => ({
        n,
        tile: lookTile(this.host.state, this.contents, item, this.rules.settled),
      }));
      const some = items.slice(job.next, job.next + this.#batch());
      job.next += some.length;
      const known = some.filter((one): one is { n: number; tile: Tile } => one.tile !== null);
      if (job.next >= items.length) done();
      if (shown !== this.#shown()) done();
      else if (known.length > 0) {
        const times = Math.max(1, Math.floor(this.contents.height / Math.max(1, look.size)));
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
        this.host.listener?.seen({ ...seen, mime: "image/x-rgba", width, height }, joined(painted));
      }
    } catch (error) {
      done();
      this.host.fail(look.view, 0, error);
    }
  }

  async #file(): Promise<void> {
    const wanted = this.#files.shift();
    if (!wanted) return;
    const { view, what, ending } = wanted;
    try {
      const file = await makeFile(what, ending, {
        contents: this.contents,
        state: this.host.state,
        names: this.names,
        rules: this.rules,
        paint: async (tiles) => (await this.#kept.paint(tiles)).painted,
      });
      const name = `${this.contents.generator.name}-${what}${ending}`.replaceAll(/[^\p{L}\p{N}.-]/gu, "-");
      this.host.listener?.file({ type: "file", view, name, mime: file.mime }, new DataView(file.bytes));
    } catch (error) {
      this.host.fail(view, 0, error);
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
    return Math.max(1, Math.floor(TOGETHER_MS / this.#kept.tileMs));
  }

  /** The part of the state that pictures depend on. */
  #shown(): string {
    return tilesOf(this.host.state, this.contents, false).flat().map(tileKey).join();
  }
}
