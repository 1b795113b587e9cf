/** The pictures of a page: drawn once, and kept as long as there is room. */

import type { Painted, Painter } from "./painter";
import { type Tile, tileKey } from "./tiles";

/** A guess, until a picture was drawn. */
const PIXELS_A_MS = 1000;
/** Bytes of pictures that are kept. */
const KEPT_BYTES = 2 ** 26;

export class KeptPictures {
  readonly #kept = new Map<string, Painted>();
  #keptBytes = 0;
  /** Milliseconds that a picture takes, the first one by its size. */
  tileMs: number;

  /** `pixels`: of one picture. */
  constructor(
    private readonly painter: Painter,
    pixels: number,
  ) {
    this.tileMs = pixels / PIXELS_A_MS;
  }

  /** Draw tiles at their full size; those that are kept are not drawn again. */
  async paint(tiles: readonly Tile[]): Promise<{ painted: Painted[]; render_ms: number }> {
    const keys = tiles.map(tileKey);
    const missing = tiles.filter((_, n) => !this.#kept.has(keys[n] ?? ""));
    const drawn = missing.length > 0 ? await this.painter.paint(missing, 1) : { painted: [], render_ms: 0 };
    if (missing.length > 0) this.tileMs = Math.max(1, drawn.render_ms) / missing.length;
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
