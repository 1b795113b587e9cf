/** The files that a page gives away: pictures, its state, and the names that were given in it. */

import { movable } from "../info";
import type { State } from "../state";
import type { Contents } from "./contents";
import { describe, type Names } from "./names";
import type { Painted } from "./painter";
import { withText } from "./png";
import type { Rules } from "./rules";
import { heldFor } from "./searches";
import { lookTile, type Tile, tilesOf } from "./tiles";

/** Endings of files by what they hold. */
export const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  sheet: [".png"],
  strip: [".png"],
  wall: [".png"],
  state: [".json"],
  names: [".json"],
};
/** Pictures of a strip, from one end of a slider to the other. */
const FRAMES = 7;
/** Directions of a wall. */
const WALL = 32;
/** Key of what Python reads in a picture. */
const RECIPE = "sefa_widget";

export interface FileMaker {
  readonly contents: Contents;
  readonly state: State;
  readonly names: Names;
  readonly rules: Rules;
  paint(tiles: readonly Tile[]): Promise<Painted[]>;
}

export async function makeFile(
  what: string,
  ending: string,
  maker: FileMaker,
): Promise<{ mime: string; bytes: ArrayBuffer }> {
  if (!ENDINGS[what]?.includes(ending))
    throw new Error(`A page cannot save ${what} as ${ending}; a notebook can.`);
  const { state, names } = maker;
  if (what === "names") return text(names.json(state));
  if (what === "state")
    return text(JSON.stringify({ format: "sefa_widget state", version: 1, state }, null, 1));
  const rows =
    what === "sheet" ? tilesOf(state, maker.contents, false) : what === "strip" ? strip(maker) : wall(maker);
  const columns = rows[0]?.length ?? 1;
  const painted: Painted[] = [];
  for (const row of rows) painted.push(...(await maker.paint(row)));
  return { mime: "image/png", bytes: await png(painted, columns, maker) };
}

function text(content: string): { mime: string; bytes: ArrayBuffer } {
  return { mime: "application/json", bytes: new TextEncoder().encode(content).buffer as ArrayBuffer };
}

function endOf({ contents, state }: FileMaker, index: number): number {
  return state.ranges[index] ?? (heldFor(contents.searches, state).info.ends[index] ?? 1) * state.stretch;
}

/** One direction from end to end, a row for each start. */
function strip(maker: FileMaker): Tile[][] {
  const { state, contents, rules } = maker;
  const moved = Object.entries(state.strengths).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const index = state.focused ?? (moved[0] ? Number(moved[0][0]) : null);
  if (index === null) throw new Error("A strip is of one direction: open one, or move a slider.");
  const frames = rules.limits.beforehand?.steps(state, index) ?? FRAMES;
  const shares = Array.from({ length: frames }, (_, n) => (2 * n) / (frames - 1) - 1);
  const at = (row: number, share: number) => [row, index, share * endOf(maker, index)] as const;
  return state.starts.map((_, row) =>
    shares.flatMap((share) => lookTile(state, contents, at(row, share), rules.settled) ?? []),
  );
}

/** Both ends of the first directions, on the chosen start. */
function wall(maker: FileMaker): Tile[][] {
  const { state, contents, rules } = maker;
  const at = (index: number, side: number) => [state.chosen, index, side * endOf(maker, index)] as const;
  return movable(heldFor(contents.searches, state).info)
    .slice(0, WALL)
    .map((index) =>
      [-1, 1].flatMap((side) => lookTile(state, contents, at(index, side), rules.settled) ?? []),
    );
}

async function png(painted: readonly Painted[], columns: number, maker: FileMaker): Promise<ArrayBuffer> {
  const { width = 1, height = 1 } = painted[0] ?? {};
  const canvas = new OffscreenCanvas(columns * width, Math.ceil(painted.length / columns) * height);
  const context = canvas.getContext("2d");
  painted.forEach(({ pixels }, n) => {
    const image = new ImageData(new Uint8ClampedArray(pixels), width, height);
    context?.putImageData(image, (n % columns) * width, Math.floor(n / columns) * height);
  });
  const plain = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  const { state, contents } = maker;
  const names = maker.names.names(heldFor(contents.searches, state));
  const recipe = {
    program: "sefa_widget page",
    generator: contents.generator.name,
    shows: describe(state, names),
  };
  return withText(plain, RECIPE, JSON.stringify({ ...recipe, panel: state })).buffer;
}
