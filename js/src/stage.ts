/** Frames and the wish to compare go in; the picture on a canvas and the person's wish to compare come out. */

import { button, h, on, type Scope, setText } from "./dom";
import { DrawOrder } from "./draw-order";
import { milliseconds } from "./format";
import type { Frame } from "./messages";

export interface Stage {
  readonly el: HTMLElement;
  show(frame: Frame, bytes: DataView): void;
  setBacklog(merged: number): void;
  /** Name the methods of two pictures side by side; none for one picture. */
  setMethods(names: readonly string[]): void;
  /** Show the picture without strengths as long as it is asked for. */
  setComparing(comparing: boolean): void;
}

export function createStage(scope: Scope, resolution: number, onCompare: (on: boolean) => void): Stage {
  const order = new DrawOrder();
  const canvas = h("canvas", { class: "sefa-picture", role: "img", "aria-label": "Loading…" });
  canvas.width = canvas.height = resolution;
  const loading = h("p", { class: "sefa-loading" }, "Loading…");
  const badge = h("span", { class: "sefa-badge", hidden: "" }, "unedited");
  const time = h("span", { class: "sefa-time", title: "Time to render the last frame" });
  const backlog = h("span", { title: "Inputs merged into the next request" }, "0 waiting");
  const readout = h("span", { class: "sefa-readout" }, time, " · ", backlog);
  const frameBox = h("div", { class: "sefa-frame" }, canvas, loading, badge);
  const methods = h("div", { class: "sefa-captions", hidden: "" });

  const compare = button(
    scope,
    { class: "sefa-compare", "aria-pressed": "false" },
    "Hold to compare",
    () => {},
  );
  compare.title = "Hold to see the picture without any strength (c)";
  on(scope, compare, "pointerdown", (event) => {
    if (event.button !== 0) return;
    compare.setPointerCapture(event.pointerId);
    onCompare(true);
  });
  for (const end of ["pointerup", "pointercancel", "blur"] as const)
    on(scope, compare, end, () => onCompare(false));
  on(scope, compare, "keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) onCompare(true);
  });
  on(scope, compare, "keyup", () => onCompare(false));

  const smooth = h("input", { type: "checkbox", class: "sefa-smooth" });
  const blend = () => canvas.classList.toggle("sefa-smoothed", smooth.checked);
  smooth.checked = true;
  blend();
  on(scope, smooth, "change", blend);
  const smoothLabel = h("label", { title: "Blend the pixels when the picture is scaled" }, smooth, "smooth");
  const tools = h("div", { class: "sefa-stage-tools" }, compare, smoothLabel, readout);

  function draw(frame: Frame, source: ImageBitmap | ImageData): void {
    if (!scope.signal.aborted && order.admits(frame)) {
      if (canvas.width !== frame.width) canvas.width = frame.width;
      if (canvas.height !== frame.height) canvas.height = frame.height;
      const context = canvas.getContext("2d");
      if (source instanceof ImageData) context?.putImageData(source, 0, 0);
      else context?.drawImage(source, 0, 0);
      order.drawn(frame);
      describe(frame);
    }
    if (!(source instanceof ImageData)) source.close();
  }

  function describe(frame: Frame): void {
    loading.hidden = true;
    badge.hidden = !frame.unedited;
    setText(time, milliseconds(frame.render_ms));
    canvas.setAttribute("aria-label", frame.unedited ? "Picture without edits" : "Edited picture");
    canvas.dataset.quality = frame.quality;
    canvas.dataset.revision = String(frame.revision);
  }

  return {
    el: h("div", { class: "sefa-stage" }, frameBox, methods, tools),
    show(frame, bytes) {
      if (!order.admits(frame)) return;
      if (frame.mime === "image/x-rgba") return draw(frame, imageData(frame, bytes));
      decode(view(bytes), frame.mime).then(
        (picture) => draw(frame, picture),
        () => scope.fail(new Error(`The browser cannot decode a picture of type ${frame.mime}.`)),
      );
    },
    setMethods(names) {
      methods.hidden = names.length === 0;
      if (methods.textContent !== names.join(""))
        methods.replaceChildren(...names.map((name) => h("span", {}, name)));
    },
    setBacklog(merged) {
      setText(backlog, `${merged} waiting`);
    },
    setComparing(comparing) {
      order.unedited = comparing;
      compare.setAttribute("aria-pressed", String(comparing));
      compare.textContent = comparing ? "Unedited" : "Hold to compare";
    },
  };
}

/**
 * Decode an encoded picture. `ImageDecoder`, where there is one, saves the blob's way through the browser's process;
 * its frame is copied, since drawn frames stay in the page's memory.
 */
async function decode(data: Uint8ClampedArray<ArrayBuffer>, type: string): Promise<ImageBitmap | ImageData> {
  if (!("ImageDecoder" in window)) return createImageBitmap(new Blob([data], { type }));
  const decoder = new ImageDecoder({ data, type });
  try {
    const { image } = await decoder.decode();
    const { displayWidth: width, displayHeight: height } = image;
    const pixels = new Uint8ClampedArray(4 * width * height);
    await image.copyTo(pixels, { format: "RGBA" }).finally(() => image.close());
    return new ImageData(pixels, width, height);
  } catch {
    return createImageBitmap(new Blob([data], { type }));
  } finally {
    decoder.close();
  }
}

function view(bytes: DataView, length = bytes.byteLength): Uint8ClampedArray<ArrayBuffer> {
  return new Uint8ClampedArray(bytes.buffer as ArrayBuffer, bytes.byteOffset, length);
}

function imageData(frame: Frame, bytes: DataView): ImageData {
  return new ImageData(view(bytes, frame.width * frame.height * 4), frame.width, frame.height);
}
