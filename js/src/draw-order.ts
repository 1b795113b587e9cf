/** Which frames may be drawn, as they arrive or finish decoding: never one older than what is shown. */

import type { Frame } from "./messages";

export class DrawOrder {
  /** Whether the picture without strengths is wanted. */
  unedited = false;
  #shown: Frame | null = null;

  admits(frame: Frame): boolean {
    if (frame.unedited !== this.unedited) return false;
    return this.#shown === null || compare(frame, this.#shown) > 0;
  }

  drawn(frame: Frame): void {
    this.#shown = frame;
  }
}

function compare(a: Frame, b: Frame): number {
  return a.revision - b.revision || a.seq - b.seq || rank(a) - rank(b) || (a.turn ?? 0) - (b.turn ?? 0);
}

function rank(frame: Frame): number {
  return ["sketch", "preview", "final"].indexOf(frame.quality);
}
