/**
 * Draws in the page of a notebook while a control is held, with the network that the kernel lent: pictures come
 * without the way to the kernel and back. The kernel keeps the state, and draws the last picture.
 */

import { isFields, isNumber, isNumbers } from "./check";
import type { GeneratorInfo } from "./info";
import type { Frame, Lent } from "./messages";
import type { Network } from "./page/contents";
import {
  type Drawable,
  joined,
  type NetworkPainter,
  type Painted,
  SKIPPED,
  startPainter,
  TOGETHER_MS,
} from "./page/painter";
import type { State } from "./state";

/** A picture that takes more milliseconds is left to the kernel. */
const MOST_MS = 100;

/** Pictures that are drawn before one is timed. */
const WARM = 3;

export interface PageDrawingHost {
  borrow(what: "network" | "vectors"): void;
  /** The newest request, and the state of the kernel. */
  readonly newest: { readonly seq: number; readonly revision: number };
  /** The state as the person wants it by now; null where nothing is held. */
  wanted(): State | null;
  show(frame: Frame, bytes: DataView): void;
  /** Drawing failed: the kernel draws from here on. */
  fail(error: unknown): void;
}

/** What the kernel says of the network besides how it is fed. */
interface Fed extends Network {
  /** The truncation that it has, where it has only one. */
  readonly psi: number;
  readonly noise: unknown;
  /** Of the weights. */
  readonly fingerprint: unknown;
}

/** The directions that were lent. */
interface Vectors {
  readonly search: string;
  readonly rows: readonly number[];
  readonly values: Float32Array;
  /** Of the weights that they were found in. */
  readonly fingerprint: unknown;
}

export class PageDrawing {
  #painter: NetworkPainter | null = null;
  #fed: Fed | null = null;
  #vectors: Vectors | null = null;
  #asked = "";
  #busy = false;
  #again = false;
  #turn = 0;
  #tileMs = 0;
  #skipped = 0;
  #stopped = false;

  constructor(
    private readonly generator: GeneratorInfo,
    private readonly host: PageDrawingHost,
    private readonly open: typeof startPainter = startPainter,
  ) {}

  /** Ask for the network; pictures are the kernel's until it is here. */
  start(): void {
    this.#asked = "";
    if (!this.#painter && !this.#stopped) this.host.borrow("network");
  }

  /** Take what the kernel lent. */
  async take(lent: Lent, bytes: readonly DataView[]): Promise<void> {
    const { about } = lent;
    if (lent.what === "vectors") {
      const [values] = bytes;
      if (!values || !isNumbers(about.rows)) return;
      this.#vectors = {
        search: searchOf(about.search),
        rows: about.rows,
        values: new Float32Array(copied(values)),
        fingerprint: about.fingerprint,
      };
      this.#asked = ""; // the state may have changed since
      return;
    }
    const [program, runtime, model] = bytes;
    if (this.#painter || !program || !runtime || !model) return;
    const { z_dim, width, most_psi, psi } = about;
    if (!isNumber(z_dim) || !isNumber(width) || !isNumber(psi)) return;
    const truncates = about.truncates === true;
    const most = isNumber(most_psi) ? most_psi : null;
    const { noise, fingerprint } = about;
    const fed = { z_dim, width, truncates, most_psi: most, psi, noise, fingerprint };
    const text = new TextDecoder().decode(program);
    const unpacked = new Blob([copied(runtime)]).stream().pipeThrough(new DecompressionStream("gzip"));
    const whole = await new Response(unpacked).arrayBuffer();
    const painter = await this.open(this.generator, fed, text, whole, copied(model));
    const pin = { seed: 0, label: 0, name: "" };
    // The first picture takes longer than those that follow.
    for (let n = 0; n < WARM; n++) {
      const { render_ms } = await painter.paint([{ pin, psi, cutoff: null, moved: [] }], 1);
      this.#tileMs = render_ms;
    }
    if (this.#stopped) {
      painter.close(); // the panel went away meanwhile
      return;
    }
    this.#painter = painter;
    this.#fed = fed;
  }

  /** Ask for the directions of a state that is at rest, if they are others than those that are here. */
  look(state: State): void {
    const search = searchOf(state);
    if (!this.#painter || this.#vectors?.search === search || this.#asked === search) return;
    this.#asked = search;
    this.host.borrow("vectors");
  }

  /** Directions were found anew, perhaps in other weights: those that are here count no more. */
  forget(): void {
    this.#vectors = null;
    this.#asked = "";
  }

  /** Whether pictures of a state are drawn here. */
  draws(state: State): boolean {
    const [fed, vectors] = [this.#fed, this.#vectors];
    if (!this.#painter || !fed || vectors?.search !== searchOf(state)) return false;
    if (vectors.fingerprint !== fed.fingerprint) return false; // other weights by now
    if (state.second !== null || state.carried.length > 0 || state.noise !== fed.noise) return false;
    if (!fed.truncates && state.truncation_psi !== fed.psi) return false;
    if (state.starts.some(({ latent }) => latent !== undefined)) return false;
    return this.#tileMs <= MOST_MS;
  }

  /** Draw the state that is wanted; what comes meanwhile is drawn next, the newest only. */
  async draw(): Promise<void> {
    this.#again = this.#busy;
    if (this.#busy) return;
    this.#busy = true;
    try {
      do {
        this.#again = false;
        await this.#drawOnce();
      } while (this.#again);
    } catch (error) {
      this.stop(); // the kernel draws again
      this.host.fail(error);
    } finally {
      this.#busy = false;
    }
  }

  /** End the worker. */
  stop(): void {
    this.#painter?.close();
    this.#painter = null;
    this.#stopped = true;
  }

  async #drawOnce(): Promise<void> {
    const [painter, vectors, state] = [this.#painter, this.#vectors, this.host.wanted()];
    if (!painter || !vectors || !state || !this.draws(state)) return;
    const rows = state.starts.map((_, row) => row);
    rows.sort((a, b) => Number(b === state.chosen) - Number(a === state.chosen));
    const tiles = tilesOf(state, vectors);
    const quick = this.#tileMs * rows.length <= TOGETHER_MS;
    for (const some of quick ? [rows] : [rows.slice(0, 1), rows.slice(1)]) {
      if (some.length === 0) return;
      if (some[0] !== rows[0] && this.#again && this.#skipped < SKIPPED) {
        this.#skipped += 1;
        return;
      }
      const wanted = some.map((row) => tiles[row]).filter((tile) => tile !== undefined);
      const { painted, render_ms } = await painter.paint(wanted, 1);
      this.#tileMs += (render_ms / some.length - this.#tileMs) / 8; // one late picture says little
      // Let go meanwhile: the picture of the kernel may be here already.
      if (!this.host.wanted()) return;
      this.#show(state, some, painted, render_ms);
    }
    this.#skipped = 0;
  }

  #show(state: State, rows: readonly number[], painted: readonly Painted[], render_ms: number): void {
    const [{ width, height } = { width: 0, height: 0 }] = painted;
    this.#turn += 1;
    const column = Number(state.original);
    const frame = {
      type: "frame",
      view: "",
      ...this.host.newest,
      rows: state.starts.length,
      columns: column + 1,
      tiles: rows.map((row) => [row, column] as const),
      quality: "preview",
      unedited: false,
      mime: "image/x-rgba",
      width,
      height,
      render_ms,
      turn: this.#turn,
    } as const;
    this.host.show(frame, joined(painted));
  }
}

/** What says which directions a state moves along. */
function searchOf(state: unknown): string {
  if (!isFields(state)) return "";
  const { method, layers, options, normalize, edit_layers } = state;
  return JSON.stringify([method, layers, options, normalize, edit_layers]);
}

function tilesOf(state: State, { rows, values }: Vectors): Drawable[] {
  const moved = Object.fromEntries(Object.entries(state.strengths).filter(([, strength]) => strength !== 0));
  return state.starts.map((pin) => ({
    pin,
    psi: state.truncation_psi,
    cutoff: state.truncation_cutoff,
    moved: [{ held: { vectors: values }, rows, strengths: moved }],
  }));
}

/** The bytes of a view, in a buffer of their own. */
function copied(view: DataView): ArrayBuffer {
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength).slice().buffer;
}
