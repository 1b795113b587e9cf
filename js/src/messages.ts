/** The messages between a view and the kernel; what the kernel sent is checked. */

import { type Fields, isFields, isNumber, isNumbers, isRange } from "./check";
import type { Saying } from "./labels";
import type { Patch } from "./state";

/**
 * A small picture: a start with the present edit, but one direction at this strength. In a study: one of its
 * seeds, the place of the question, and a share of how far it goes. Of visited steps: the place of a step, twice.
 */
export type LookItem = readonly [row: number, index: number, strength: number];

export type Intent =
  | { type: "hello"; view: string; seq: number; padded: boolean }
  /** `returns`: the page goes away with the view, as it does for a reload. */
  | { type: "bye"; view: string; returns: boolean }
  | { type: "probe"; view: string; seq: number; padded: boolean }
  | {
      type: "edit";
      view: string;
      seq: number;
      patch: Patch;
      moving: boolean;
      unedited: boolean;
      padded: boolean;
      /** What the person does, for example one drag; edits of one step are undone together. */
      step: number;
      /** The page draws this itself: as long as a control is held, the answer has no pictures. */
      drawn: boolean;
    }
  | (Request & { view: string });

/** What a person asks for besides a change of the state. */
export type Request =
  | { type: "undo"; redo: boolean }
  /** Wants the picture of an earlier step. */
  | { type: "visit"; place: number }
  /** Wants a long search to end; the directions that were shown last come back. */
  | { type: "cancel" }
  /** Wants the sliders to do what carried edits do. */
  | { type: "spread" }
  /** Wants small pictures, at least `size` pixels high; one of no items ends the older one of the same name. */
  | {
      type: "look";
      name: string;
      size: number;
      items: readonly LookItem[];
      study: boolean;
      visited: boolean;
    }
  /** Wants a file of what is shown. */
  | { type: "share"; what: string; ending: string }
  /** Wants Python code that draws the sheet. */
  | { type: "code" }
  /** Says something of a direction, or of the question at this place; null takes all of it away. */
  | { type: "label"; index: number; fields: Saying | null; study: boolean }
  /** Takes back what was said last of a direction. */
  | { type: "take_back"; study: boolean }
  /** Somebody answers the study that runs, or goes on with it; null leaves it. */
  | { type: "join"; rater: string | null }
  /** Wants the latent that draws a picture, whose file comes with the message. */
  | { type: "find" }
  /** Says how the search for a picture goes on. */
  | { type: "steer"; how: Steering }
  /** Wants to know where to cut a photo, a small version of which comes with the message. */
  | { type: "suggest"; photo: number }
  /** Wants what the page draws with. */
  | { type: "borrow"; what: "network" | "vectors" };

/** End it with what is found, go on from there, make it a start, or forget it. */
export type Steering = "stop" | "more" | "keep" | "drop";

/** How the bytes of pictures, one below the other, are to be read. */
export interface Pixels {
  readonly mime: string;
  /** Of one picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Some tiles of the sheet, one below the other. */
export interface Frame extends Pixels {
  readonly type: "frame";
  readonly view: string;
  /** The request this answers, and all before it; other tiles may follow under the same number. */
  readonly seq: number;
  readonly revision: number;
  /** How many starts and edits the sheet has. */
  readonly rows: number;
  readonly columns: number;
  /** Row and column of each tile. */
  readonly tiles: readonly (readonly [number, number])[];
  /** Roughly right, encoded with loss, or exact. */
  readonly quality: "sketch" | "preview" | "final";
  readonly unedited: boolean;
  readonly render_ms: number;
  /** Which of the pictures that the page itself drew, one after another. */
  readonly turn?: number;
}

/** Some of the pictures of a look, one below the other. */
export interface Seen extends Pixels {
  readonly type: "look";
  readonly view: string;
  readonly name: string;
  readonly revision: number;
  /** Which of the look's items they are. */
  readonly items: readonly number[];
}

export type Info =
  | Frame
  | { readonly type: "error"; readonly view: string; readonly seq: number; readonly message: string }
  | {
      readonly type: "progress";
      readonly view: string;
      readonly seq: number;
      readonly text: string;
      readonly fraction: number;
    }
  | { readonly type: "probe"; readonly view: string; readonly seq: number };

/** How far the search for a picture is; its bytes are the target, the nearest, and four times their difference. */
export interface Found extends Pixels {
  readonly type: "found";
  readonly view: string;
  readonly phase: "searching" | "comparing" | "done" | "failed";
  /** How much of the steps is done, 0 to 1. */
  readonly fraction: number;
  /** How near it is, and whether the generator makes such pictures; or what went wrong. */
  readonly words: string;
  /** Whether the generator hardly makes such pictures. */
  readonly foreign: boolean;
}

const PHASES = ["searching", "comparing", "done", "failed"] as const;

/** Read what tells of a search for a picture; null where it is something else. */
export function parseFound(content: unknown): Found | null {
  if (!isFields(content) || content.type !== "found") return null;
  const { type, view, fraction, words, foreign, mime, width, height } = content;
  const phase = PHASES.find((one) => one === content.phase);
  if (typeof view !== "string" || typeof words !== "string" || typeof mime !== "string") return null;
  if (!phase || !isNumber(fraction) || typeof foreign !== "boolean") return null;
  if (!isNumber(width) || !isNumber(height)) return null;
  return { type, view, phase, fraction, words, foreign, mime, width, height };
}

/** Where to cut a photo. */
export interface Suggested {
  readonly type: "suggested";
  readonly view: string;
  /** The page's number for it. */
  readonly photo: number;
  /** Left, top, width and height in fractions of the photo; null for no suggestion. */
  readonly crop: readonly [number, number, number, number] | null;
  /** Why there is none; empty where there is nothing to say. */
  readonly words: string;
}

/** Read where to cut a photo; null where it is something else. */
export function parseSuggested(content: unknown): Suggested | null {
  if (!isFields(content) || content.type !== "suggested") return null;
  const { type, view, photo, words } = content;
  if (typeof view !== "string" || !isNumber(photo) || typeof words !== "string") return null;
  if (content.crop === null) return { type, view, photo, crop: null, words };
  if (!isNumbers(content.crop)) return null;
  const [left, top, width, height] = content.crop;
  if (left === undefined || top === undefined || !width || !height) return null;
  return { type, view, photo, crop: [left, top, width, height], words };
}

/** Python code that was asked for. */
export interface Code {
  readonly type: "code";
  readonly view: string;
  readonly text: string;
}

/** A file that was asked for; its bytes come with it. */
export interface SharedFile {
  readonly type: "file";
  readonly view: string;
  readonly name: string;
  readonly mime: string;
}

/** What a page draws with; its bytes come with it: a worker's program, runtime and model, or directions. */
export interface Lent {
  readonly type: "lent";
  readonly view: string;
  readonly what: "network" | "vectors";
  readonly about: Fields;
}

/** Read what comes with what a page draws with; null where it is something else. */
export function parseLent(content: unknown): Lent | null {
  if (!isFields(content) || content.type !== "lent") return null;
  const { type, view, what, about } = content;
  if (typeof view !== "string" || (what !== "network" && what !== "vectors") || !isFields(about)) return null;
  return { type, view, what, about };
}

/** Read what comes with a file; null where it is something else. */
export function parseFile(content: unknown): SharedFile | null {
  if (!isFields(content) || content.type !== "file") return null;
  const { type, view, name, mime } = content;
  if (typeof view !== "string" || typeof name !== "string" || typeof mime !== "string") return null;
  return { type, view, name, mime };
}

/** Read the Python code that was asked for; null where it is something else. */
export function parseCode(content: unknown): Code | null {
  if (!isFields(content) || content.type !== "code") return null;
  const { type, view, text } = content;
  return typeof view === "string" && typeof text === "string" ? { type, view, text } : null;
}

/** Read what answers a look; null where it is something else. */
export function parseSeen(content: unknown): Seen | null {
  if (!isFields(content) || content.type !== "look") return null;
  const { type, view, name, revision, items, mime, width, height } = content;
  if (typeof view !== "string" || typeof name !== "string" || typeof mime !== "string") return null;
  if (!isNumber(revision) || !isNumbers(items) || !isNumber(width) || !isNumber(height)) return null;
  return { type, view, name, revision, items, mime, width, height };
}

export function parseInfo(content: unknown): Info | null {
  if (!isFields(content) || typeof content.view !== "string" || !isNumber(content.seq)) return null;
  const { type, view, seq } = content;
  if (type === "probe") return { type, view, seq };
  if (type === "error" && typeof content.message === "string")
    return { type, view, seq, message: content.message };
  if (type === "progress" && typeof content.text === "string" && isNumber(content.fraction))
    return { type, view, seq, text: content.text, fraction: content.fraction };
  if (type !== "frame") return null;
  const { revision, quality, unedited, mime, width, height, render_ms } = content;
  if (!isNumber(revision) || !isNumber(width) || !isNumber(height) || !isNumber(render_ms)) return null;
  if (quality !== "sketch" && quality !== "preview" && quality !== "final") return null;
  if (typeof unedited !== "boolean" || typeof mime !== "string") return null;
  const { rows, columns, tiles } = content;
  if (!isNumber(rows) || !isNumber(columns) || !Array.isArray(tiles) || !tiles.every(isRange)) return null;
  const sheet = { rows, columns, tiles };
  return { type, view, seq, revision, ...sheet, quality, unedited, mime, width, height, render_ms };
}
