/** A picture in the generator's frame: a person moves and scales it, by pointer or by keys. */

import { button, h, on, type Scope, setHidden } from "./dom";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a picture stands in the frame: its middle, in fractions of the picture, and how much it is enlarged. */
export interface Placing {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** A rectangle of the picture, in its pixels. */
export interface Cut extends Size {
  readonly left: number;
  readonly top: number;
}

export const MIDDLE: Placing = { x: 0.5, y: 0.5, zoom: 1 };
const MOST_ZOOM = 16;
/** What a key does: a share of the frame, and a factor. */
const STEP = 1 / 32;
const FACTOR = 1.1;
/** Longer side of the canvas, in pixels. */
const SHOWN = 288;
/** What is sent has up to so many pixels for each of the frame, and no side longer than this. */
const FINER = 4;
const LARGEST = 1024;
/** Longer side of the photo in which a face is looked for, in pixels. */
const SMALL = 512;

/** What of a picture is in the frame. */
export function cutOf(picture: Size, frame: Size, { x, y, zoom }: Placing): Cut {
  const scale = Math.min(picture.width / frame.width, picture.height / frame.height) / zoom;
  const [width, height] = [frame.width * scale, frame.height * scale];
  const within = (at: number, size: number, cut: number) =>
    Math.min(Math.max(0, size - cut), Math.max(0, at * size - cut / 2));
  return {
    left: within(x, picture.width, width),
    top: within(y, picture.height, height),
    width,
    height,
  };
}

/** Move the frame over the picture by shares of the frame; it stays within. */
export function moved(picture: Size, frame: Size, placing: Placing, along: number, down: number): Placing {
  const { left, top, width, height } = cutOf(picture, frame, placing);
  const x = (left + width * (0.5 + along)) / picture.width;
  const y = (top + height * (0.5 + down)) / picture.height;
  const next = cutOf(picture, frame, { ...placing, x, y });
  return {
    x: (next.left + width / 2) / picture.width,
    y: (next.top + height / 2) / picture.height,
    zoom: placing.zoom,
  };
}

/** Enlarge the picture in the frame, or make it smaller; its middle stays where that is possible. */
export function zoomed(picture: Size, frame: Size, placing: Placing, factor: number): Placing {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, placing.zoom * factor));
  return moved(picture, frame, { ...placing, zoom }, 0, 0);
}

/** Where a picture stands whose cut is this part of it: left, top, width and height in fractions. */
export function placingOf(
  picture: Size,
  frame: Size,
  cut: readonly [number, number, number, number],
): Placing {
  const [left, top, width, height] = cut;
  const largest = cutOf(picture, frame, MIDDLE);
  const middle = { x: left + width / 2, y: top + height / 2, zoom: 1 };
  return zoomed(picture, frame, middle, largest.width / (width * picture.width));
}

/** How many pixels of a cut are sent: as many as it has, but not many more than the frame, nor fewer. */
export function sentSize(frame: Size, cut: Size): Size {
  const finest = Math.max(1, Math.min(FINER, LARGEST / Math.max(frame.width, frame.height)));
  const scale = Math.min(finest, Math.max(1, cut.width / frame.width));
  return { width: Math.round(frame.width * scale), height: Math.round(frame.height * scale) };
}

export interface Crop {
  readonly el: HTMLElement;
  /** Buttons that put the frame in the middle and on the face; hidden where none was suggested. */
  readonly places: HTMLElement;
  /** Show a picture, in the middle of the frame. */
  load(picture: HTMLCanvasElement): void;
  /** Offer another place, in fractions of the picture; whether the frame is put there, or a person moved it before. */
  suggest(cut: readonly [number, number, number, number]): boolean;
  /** Whether a person moved or scaled this picture. */
  readonly touched: boolean;
  /** A small version of the whole picture, as JPEG. */
  small(): Promise<ArrayBuffer>;
  focus(): void;
  /** The bytes of what is in the frame, as PNG. */
  bytes(): Promise<ArrayBuffer>;
}

/** `onMove`: a person moves the frame. */
export function createCrop(scope: Scope, frame: Size, onMove: () => void): Crop {
  let picture: HTMLCanvasElement | null = null;
  let placing = MIDDLE;
  /** What was suggested for this picture. */
  let suggestion: Placing | null = null;
  let touched = false;
  let from: readonly [x: number, y: number, placing: Placing] | null = null;
  const shown = SHOWN / Math.max(frame.width, frame.height);
  const canvas = h("canvas", {
    class: "sefa-photo-crop",
    tabindex: "0",
    role: "application",
    "aria-label": "Your photo in the frame: arrow keys move it, plus and minus scale it",
    title: "Drag to move, turn the wheel to scale; arrow keys, + and −",
    width: String(Math.round(frame.width * shown)),
    height: String(Math.round(frame.height * shown)),
  });
  const zoom = h("input", {
    ...{ type: "range", min: "0", max: String(Math.log2(MOST_ZOOM)), step: "0.01", value: "0" },
    "aria-label": "Zoom of the photo",
  });

  const places = h(
    "div",
    { class: "sefa-photo-places", hidden: "" },
    button(scope, { title: "Put the frame in the middle of the photo" }, "Middle", () => put(MIDDLE)),
    button(scope, { title: "Put the frame where this model's faces are" }, "Face", () => {
      if (suggestion) put(suggestion);
    }),
  );

  function touch(): void {
    touched = true;
    onMove();
  }

  /** Place it as a person wants it. */
  function put(next: Placing): void {
    touch();
    place(next);
  }

  function place(next: Placing): void {
    placing = next;
    zoom.value = String(Math.log2(placing.zoom));
    if (picture) paint(canvas, picture, cutOf(picture, frame, placing));
  }

  on(scope, zoom, "input", () => {
    if (picture) put(zoomed(picture, frame, placing, 2 ** Number(zoom.value) / placing.zoom));
  });
  on(scope, canvas, "pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    touch();
    from = [event.clientX, event.clientY, placing];
  });
  on(scope, canvas, "pointermove", (event) => {
    if (!from || !picture) return;
    const { width, height } = canvas.getBoundingClientRect();
    const [x, y, before] = from;
    place(moved(picture, frame, before, (x - event.clientX) / width, (y - event.clientY) / height));
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    on(scope, canvas, end, () => {
      from = null;
    });
  on(scope, canvas, "wheel", (event) => {
    if (!picture) return;
    event.preventDefault();
    put(zoomed(picture, frame, placing, FACTOR ** -Math.sign(event.deltaY)));
  });
  on(scope, canvas, "keydown", (event) => {
    if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (by) put(moved(picture, frame, placing, STEP * (by[0] ?? 0), STEP * (by[1] ?? 0)));
    else if (event.key === "+" || event.key === "=") put(zoomed(picture, frame, placing, FACTOR));
    else if (event.key === "-") put(zoomed(picture, frame, placing, 1 / FACTOR));
    else return;
    event.preventDefault();
    event.stopPropagation(); // plus means another picture elsewhere in the panel
  });

  return {
    el: h(
      "div",
      { class: "sefa-photo-cut" },
      canvas,
      h("label", {}, h("span", { class: "sefa-quiet" }, "zoom"), zoom),
    ),
    places,
    load(next) {
      picture = next;
      suggestion = null;
      touched = false;
      setHidden(places, true);
      place(MIDDLE);
    },
    suggest(cut) {
      if (!picture) return false;
      suggestion = placingOf(picture, frame, cut);
      setHidden(places, false);
      if (!touched) place(suggestion);
      return !touched;
    },
    get touched() {
      return touched;
    },
    small() {
      if (!picture) throw new Error("There is no photo yet.");
      const { width, height } = picture;
      const scale = Math.min(1, SMALL / Math.max(width, height));
      const size = {
        width: Math.max(1, Math.round(width * scale)),
        height: Math.max(1, Math.round(height * scale)),
      };
      return written(picture, { left: 0, top: 0, width, height }, size, "image/jpeg");
    },
    focus: () => canvas.focus({ preventScroll: true }),
    async bytes() {
      if (!picture) throw new Error("There is no photo yet.");
      const cut = cutOf(picture, frame, placing);
      return written(picture, cut, sentSize(frame, cut), "image/png");
    },
  };
}

/** The bytes of a part of a picture, in so many pixels. */
async function written(picture: HTMLCanvasElement, cut: Cut, size: Size, type: string): Promise<ArrayBuffer> {
  const sent = h("canvas", { width: String(size.width), height: String(size.height) });
  paint(sent, picture, cut);
  const blob = await new Promise<Blob | null>((done) => sent.toBlob(done, type, 0.9));
  if (!blob) throw new Error("The browser could not write the photo.");
  return blob.arrayBuffer();
}

function paint(canvas: HTMLCanvasElement, picture: HTMLCanvasElement, cut: Cut): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, cut.left, cut.top, cut.width, cut.height, 0, 0, canvas.width, canvas.height);
}
