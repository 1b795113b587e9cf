/** Takes tiles out of sprites: pictures that were drawn beforehand, several in one. */

import { movable } from "../info";
import type { Contents } from "./contents";
import { type Drawn, ofPair } from "./drawn";
import type { Painted, Painter } from "./painter";
import type { Tile } from "./tiles";
import { DamagedPage } from "./unpack";

/** Pictures of a sprite begin at multiples of so many pixels. */
const BLOCK = 16;
/** Bytes of sprites that are kept decoded. */
const KEPT_BYTES = 2 ** 27;

/** Where a picture is. */
export interface Place {
  /** Number of the sprite. */
  readonly sprite: number;
  readonly row: number;
  readonly column: number;
  /** Pictures of the sprite. */
  readonly rows: number;
  readonly columns: number;
}

/** Where the picture of a tile is; null where it was not drawn. */
export function placeOf({ pin, moved }: Tile, contents: Contents, drawn: Drawn): Place | null {
  const start = drawn.starts.findIndex(({ seed, label }) => seed === pin.seed && label === pin.label);
  if (start < 0 || moved.length > 1) return null;
  let sprite = start * (drawn.sizes.length / drawn.starts.length);
  const [edit] = moved;
  if (!edit) return { sprite, row: 0, column: 0, rows: 1, columns: 1 };
  const number = contents.searches.indexOf(edit.held);
  const known = drawn.searches[number];
  if (!known) return null;
  sprite += 1;
  for (const { strengths, pairs } of drawn.searches.slice(0, number))
    sprite += strengths.length + pairs.length;
  const directions = movable(edit.held.info);
  const strengths = (index: number) => known.strengths[directions.indexOf(index)] ?? [];
  const [one, other, more] = Object.entries(edit.strengths).sort(([a], [b]) => Number(a) - Number(b));
  if (!one || more) return null;
  const index = Number(one[0]);
  if (!other) {
    const above = strengths(index);
    const place = above.indexOf(Math.abs(one[1]));
    const column = one[1] < 0 ? above.length - 1 - place : place;
    const where = { row: Number(one[1] > 0), column, rows: 2, columns: above.length };
    return place < 0 ? null : { sprite: sprite + directions.indexOf(index), ...where };
  }
  const pair = known.pairs.findIndex(([a, b]) => a === index && b === Number(other[0]));
  const [down, along] = [one, other].map(([name, strength]) => {
    const above = ofPair(strengths(Number(name)), drawn.stride);
    const place = above.indexOf(Math.abs(strength));
    return {
      place: place < 0 ? -1 : above.length + (strength < 0 ? -1 - place : place),
      count: 2 * above.length,
    };
  });
  if (pair < 0 || !down || !along || down.place < 0 || along.place < 0) return null;
  const where = { row: down.place, column: along.place, rows: down.count, columns: along.count };
  return { sprite: sprite + directions.length + pair, ...where };
}

/** Draws from sprites, `data` one after another. */
export function spritePainter(contents: Contents, drawn: Drawn, data: ArrayBuffer): Painter {
  const { width, height, sizes } = drawn;
  const begins: number[] = [];
  const end = sizes.reduce((sum, size) => {
    begins.push(sum);
    return sum + size;
  }, 0);
  if (end !== data.byteLength) throw new DamagedPage("This page is damaged: pictures are missing.");
  const kept = new Map<number, ImageBitmap>();
  let keptBytes = 0;

  async function decoded({ sprite, rows, columns }: Place): Promise<ImageBitmap> {
    const known = kept.get(sprite);
    if (known) {
      kept.delete(sprite);
      kept.set(sprite, known);
      return known;
    }
    const begin = begins[sprite] ?? 0;
    const blob = new Blob([data.slice(begin, begin + (sizes[sprite] ?? 0))], { type: drawn.codec });
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" }).catch(() => {
      throw new Error(`This browser cannot read a picture of this page (${drawn.codec}).`);
    });
    if (bitmap.width !== columns * pitch(width) || bitmap.height !== rows * pitch(height))
      throw new Error("A picture of this page is of another size than the page says.");
    kept.set(sprite, bitmap);
    keptBytes += bytesOf(bitmap);
    for (const [oldest, other] of kept) {
      if (keptBytes <= KEPT_BYTES || oldest === sprite) break;
      kept.delete(oldest);
      keptBytes -= bytesOf(other);
      other.close();
    }
    return bitmap;
  }

  return {
    async paint(tiles, times) {
      const begin = performance.now();
      const size = [Math.max(1, Math.floor(width / times)), Math.max(1, Math.floor(height / times))] as const;
      const canvas = new OffscreenCanvas(...size);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      if (!context) throw new Error("This browser gives no canvas to draw on.");
      context.imageSmoothingQuality = "high";
      const painted: Painted[] = [];
      for (const tile of tiles) {
        const place = placeOf(tile, contents, drawn);
        if (!place) throw new Error("This picture was not drawn beforehand.");
        const bitmap = await decoded(place);
        const [left, top] = [place.column * pitch(width), place.row * pitch(height)];
        context.drawImage(bitmap, left, top, width, height, 0, 0, ...size);
        painted.push({ pixels: context.getImageData(0, 0, ...size).data, width: size[0], height: size[1] });
      }
      return { painted, render_ms: performance.now() - begin };
    },
  };
}

function pitch(size: number): number {
  return BLOCK * Math.ceil(size / BLOCK);
}

function bytesOf({ width, height }: ImageBitmap): number {
  return 4 * width * height;
}
