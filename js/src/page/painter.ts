/** Draws tiles with the generator that runs in a worker of the page. */

import type { GeneratorInfo } from "../info";
import type { Network } from "./contents";
import { normal } from "./normal";
import type { Moved, Tile } from "./tiles";

interface Input {
  readonly data: Float32Array;
  /** Of one picture. */
  readonly size: readonly number[];
}

/** What the worker is told. */
export type Order =
  | { readonly type: "open"; readonly runtime: ArrayBuffer; readonly model: ArrayBuffer }
  | {
      readonly type: "draw";
      readonly count: number;
      readonly inputs: Readonly<Record<string, Input>>;
      /** How many times smaller the pictures are to be. */
      readonly times: number;
    };

/** What the worker says. */
export type Answer =
  | { readonly type: "open" }
  | { readonly type: "failed"; readonly message: string }
  | Drawn;

interface Drawn {
  readonly type: "drawn";
  /** RGBA, one picture below the other. */
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly render_ms: number;
}

/** One drawn tile. */
export interface Painted {
  /** RGBA. */
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** What the network draws a tile from. */
export type Drawable = Omit<Tile, "moved"> & {
  readonly moved: readonly (Omit<Moved, "held"> & { readonly held: Pick<Moved["held"], "vectors"> })[];
};

/** Draws with the network. */
export interface NetworkPainter extends Painter {
  paint(tiles: readonly Drawable[], times: number): Promise<{ painted: Painted[]; render_ms: number }>;
  /** End the worker. */
  close(): void;
}

export interface Painter {
  /** Draw tiles, `times` times smaller than the generator draws them. */
  paint(tiles: readonly Tile[], times: number): Promise<{ painted: Painted[]; render_ms: number }>;
}

/** Pictures that take so many milliseconds are drawn at once; where all take more, the large one comes first. */
export const TOGETHER_MS = 25;

/** So often the others are left out for a newer edit, then they are drawn all the same. */
export const SKIPPED = 3;

/** How many normal vectors are kept. */
const KEPT = 512;

/** Start the worker; `program` is its source. */
export async function startPainter(
  generator: GeneratorInfo,
  network: Network,
  program: string,
  runtime: ArrayBuffer,
  model: ArrayBuffer,
): Promise<NetworkPainter> {
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(address);
  const ask = (order: Order, transfer: Transferable[]) =>
    new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message || "The worker of this page cannot run."));
      worker.postMessage(order, transfer);
    });
  const opened = await ask({ type: "open", runtime, model }, [runtime, model]);
  URL.revokeObjectURL(address);
  if (opened.type === "failed") worker.terminate();
  if (opened.type === "failed") throw new Error(`The generator cannot run here: ${opened.message}`);

  const vectors = new Map<number, Float32Array>();
  const vectorOf = (seed: number) => {
    const known = vectors.get(seed) ?? normal(seed, network.z_dim);
    vectors.delete(seed);
    vectors.set(seed, known);
    const [oldest] = vectors.keys();
    if (vectors.size > KEPT && oldest !== undefined) vectors.delete(oldest);
    return known;
  };
  return {
    async paint(tiles, times) {
      const inputs = inputsOf(tiles, generator, network, vectorOf);
      const transfer = Object.values(inputs).map(({ data }) => data.buffer as ArrayBuffer);
      const drawn = await ask({ type: "draw", count: tiles.length, inputs, times }, transfer);
      if (drawn.type !== "drawn")
        throw new Error(drawn.type === "failed" ? drawn.message : "Nothing was drawn.");
      const { width, height, render_ms } = drawn;
      const size = 4 * width * height;
      const painted = tiles.map((_, n) => ({
        pixels: drawn.pixels.slice(n * size, (n + 1) * size),
        width,
        height,
      }));
      return { painted, render_ms };
    },
    close: () => worker.terminate(),
  };
}

/** The bytes of pictures, one below the other. */
export function joined(painted: readonly Painted[]): DataView {
  const size = painted.reduce((sum, { pixels }) => sum + pixels.length, 0);
  const all = new Uint8ClampedArray(size);
  let place = 0;
  for (const { pixels } of painted) {
    all.set(pixels, place);
    place += pixels.length;
  }
  return new DataView(all.buffer);
}

/** What the network is given for some tiles. */
export function inputsOf(
  tiles: readonly Drawable[],
  generator: GeneratorInfo,
  network: Network,
  vectorOf: (seed: number) => Float32Array,
): Record<string, Input> {
  const { num_codes: rows, latent_dim: d, num_classes } = generator;
  const z = new Float32Array(tiles.length * network.z_dim);
  const keep = new Float32Array(tiles.length * rows);
  const step = new Float32Array(tiles.length * rows * d);
  const labels = new Float32Array(tiles.length * num_classes);
  tiles.forEach((tile, n) => {
    z.set(vectorOf(tile.pin.seed), n * network.z_dim);
    const psi = network.most_psi === null ? tile.psi : Math.min(tile.psi, network.most_psi);
    for (let row = 0; row < rows; row++) keep[n * rows + row] = row < (tile.cutoff ?? rows) ? psi : 1;
    for (const { held, rows: moved, strengths } of tile.moved)
      for (const [index, strength] of Object.entries(strengths))
        for (const row of moved)
          for (let i = 0; i < d; i++) {
            const place = (n * rows + row) * d + i;
            step[place] = (step[place] ?? 0) + strength * (held.vectors[Number(index) * d + i] ?? 0);
          }
    if (num_classes > 0) labels[n * num_classes + (tile.pin.label ?? 0)] = 1;
  });
  const inputs = {
    z: { data: z, size: [network.z_dim] },
    keep: { data: keep, size: [rows] },
    step: { data: step, size: [rows, d] },
  };
  return num_classes > 0 ? { ...inputs, labels: { data: labels, size: [num_classes] } } : inputs;
}
