/** One picture of the sheet: a canvas, and the newest picture that was drawn on it. */

import { type Picture, paint } from "./decode";
import { h, setAttribute } from "./dom";
import { DrawOrder } from "./draw-order";
import type { Frame } from "./messages";

export class Tile {
  readonly canvas = h("canvas", {
    class: "sefa-picture sefa-pending",
    role: "img",
    "aria-label": "Loading…",
  });
  readonly order = new DrawOrder();

  constructor(resolution: number) {
    this.canvas.width = this.canvas.height = resolution;
  }

  /** Draw the tile that is number `place` in a frame, unless something newer is drawn. */
  draw(frame: Frame, picture: Picture, place: number): void {
    if (!this.order.admits(frame)) return;
    const { canvas } = this;
    paint(canvas, picture, place, frame);
    this.order.drawn(frame);
    canvas.classList.remove("sefa-pending");
    setAttribute(canvas, "aria-label", frame.unedited ? "Picture without edits" : "Edited picture");
    canvas.dataset.quality = frame.quality;
    canvas.dataset.revision = String(frame.revision);
    if (frame.turn !== undefined) canvas.dataset.turn = String(frame.turn);
  }
}
