/** A person's own photo: it is given, cut, found by the kernel, and kept as a start. */

import { decode, paint } from "./decode";
import { button, h, on, type Scope, setHidden, setText } from "./dom";
import type { Found, Steering, Suggested } from "./messages";
import { createCrop, type Size } from "./photo-crop";
import { createFace } from "./photo-face";
import { PhotoError, photoOf, readPhoto } from "./photo-file";

export interface Photo {
  readonly el: HTMLElement;
  /** Opens it. */
  readonly button: HTMLButtonElement;
  /** Take pictures that are dropped on an element, and those that are pasted while another has the focus. */
  take(stage: HTMLElement, root: HTMLElement): void;
  receive(found: Found, bytes: DataView | undefined): void;
  suggested(suggested: Suggested): void;
}

export interface PhotoEvents {
  find(bytes: ArrayBuffer): void;
  /** Where is this photo, of this number, to be cut? */
  suggest(photo: number, bytes: ArrayBuffer): void;
  steer(how: Steering): void;
}

const ABOUT =
  "Nothing leaves this machine. Where a face is may be found, never whose it is. Ask before you edit a picture of somebody else, and say that it is edited.";
const CAPTIONS = ["wanted", "found", "difference, times 4"] as const;

type Phase = "empty" | "cut" | Found["phase"];

export function createPhoto(scope: Scope, frame: Size, events: PhotoEvents): Photo {
  let phase: Phase = "empty";
  const crop = createCrop(scope, frame, () => face.moved());
  const face = createFace(crop, events.suggest);
  const canvases = CAPTIONS.map((caption) => h("canvas", { role: "img", "aria-label": `Photo: ${caption}` }));
  const pictures = h(
    "div",
    { class: "sefa-photo-pictures", hidden: "" },
    ...canvases.map((canvas, n) => h("figure", {}, canvas, h("figcaption", {}, CAPTIONS[n] ?? ""))),
  );
  const input = h("input", { type: "file", accept: "image/*", "aria-label": "A picture's file", hidden: "" });
  const bar = h("progress", { max: "1", value: "0", "aria-label": "The search for the photo", hidden: "" });
  const going = h("p", { class: "sefa-photo-step sefa-quiet" });
  const said = h("p", { class: "sefa-photo-said", role: "status" });
  const choose = button(scope, {}, "Choose a picture…", () => input.click());
  const find = button(scope, { class: "sefa-photo-find" }, "Find", () => {
    begin().catch(scope.fail);
  });
  const stop = button(scope, { title: "End the search with what is found" }, "Stop", () =>
    events.steer("stop"),
  );
  const more = button(scope, { title: "Go on from what is found" }, "Continue", () => {
    show("searching");
    events.steer("more");
  });
  const keep = button(
    scope,
    { title: "Add it to the pictures, under a name; undo takes it away" },
    "Keep",
    () => {
      events.steer("keep");
      open(false);
    },
  );
  const close = button(
    scope,
    { class: "sefa-photo-close", title: "Close, and end the search (Esc)" },
    "Close",
    leave,
  );
  const hint = h(
    "p",
    { class: "sefa-photo-hint" },
    "Drop a picture here, paste one (Ctrl+V), or choose a file.",
  );
  const cutting = h("div", { class: "sefa-photo-body", hidden: "" }, crop.el, pictures);
  const el = h(
    "section",
    { class: "sefa-photo", "aria-label": "Your own photo", hidden: "" },
    h("div", { class: "sefa-photo-head" }, h("h3", {}, "Your own photo"), close),
    hint,
    cutting,
    h("div", { class: "sefa-photo-buttons" }, face.el, crop.places),
    h("div", { class: "sefa-photo-buttons" }, choose, find, stop, more, keep, bar, going),
    said,
    h("p", { class: "sefa-quiet sefa-photo-about" }, ABOUT),
    input,
  );
  const opener = button(
    scope,
    {
      class: "sefa-photo-button",
      "aria-expanded": "false",
      title: "Edit your own photo: choose, drop or paste it",
    },
    "Photo…",
    () => open(Boolean(el.hidden)),
  );
  const zone = h("div", { class: "sefa-photo-zone", hidden: "" }, "Drop the picture to find it");

  on(scope, input, "change", () => {
    const file = input.files?.[0];
    input.value = ""; // the same file can be chosen again
    if (file) load(file).catch(scope.fail);
  });
  on(scope, el, "keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });

  function open(wanted: boolean): void {
    const inside = el.contains(document.activeElement);
    setHidden(el, !wanted);
    opener.setAttribute("aria-expanded", String(wanted));
    if (wanted) choose.focus({ preventScroll: true });
    else if (inside) opener.focus({ preventScroll: true });
  }

  /** Close it, and let the kernel forget the search. */
  function leave(): void {
    events.steer("drop");
    face.forget();
    show(phase === "empty" ? "empty" : "cut");
    setText(said, "");
    open(false);
  }

  async function load(file: File): Promise<void> {
    if (searches()) events.steer("drop");
    open(true);
    setText(said, "");
    try {
      crop.load(await readPhoto(file));
      setHidden(pictures, true);
      show("cut");
      crop.focus();
      if (file.type === "image/gif") setText(said, "Of an animation the first picture is taken.");
      await face.look();
    } catch (error) {
      if (!(error instanceof PhotoError)) throw error;
      show(phase === "empty" ? "empty" : "cut");
      setText(said, error.message);
      el.classList.add("sefa-photo-warns");
    }
  }

  async function begin(): Promise<void> {
    face.forget();
    show("searching");
    setText(said, "");
    setText(going, "Waiting for the kernel.");
    events.find(await crop.bytes());
    stop.focus({ preventScroll: true });
  }

  const searches = () => phase === "searching" || phase === "comparing";

  function show(next: Phase): void {
    phase = next;
    const found = phase === "comparing" || phase === "done";
    el.dataset.phase = phase;
    el.classList.remove("sefa-photo-warns");
    setHidden(hint, phase !== "empty");
    setHidden(cutting, phase === "empty");
    find.disabled = phase === "empty" || searches();
    stop.disabled = !searches();
    more.disabled = phase !== "done";
    keep.disabled = !found;
    setHidden(bar, !searches());
    if (!searches()) setText(going, "");
  }

  show("empty");
  return {
    el,
    button: opener,
    take(stage, root) {
      stage.append(zone);
      const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
      for (const target of [stage, el]) {
        on(scope, target, "dragover", (event) => {
          if (!carries(event)) return;
          event.preventDefault();
          event.stopPropagation();
          setHidden(zone, false);
        });
        on(scope, target, "dragleave", (event) => {
          const inside = event.relatedTarget instanceof Node && target.contains(event.relatedTarget);
          if (!inside) setHidden(zone, true);
        });
        on(scope, target, "drop", (event) => {
          setHidden(zone, true);
          if (!carries(event)) return;
          event.preventDefault();
          event.stopPropagation();
          const file = photoOf(event.dataTransfer);
          if (file) load(file).catch(scope.fail);
        });
      }
      on(scope, root, "paste", (event) => {
        const file = photoOf(event.clipboardData);
        if (!file) return; // a text goes where it was meant to
        event.preventDefault();
        event.stopPropagation();
        load(file).catch(scope.fail);
      });
    },
    suggested: face.suggested,
    receive(found, bytes) {
      show(found.phase);
      bar.value = found.fraction;
      setText(going, searches() ? found.words : "");
      if (!searches()) setText(said, found.words);
      el.classList.toggle("sefa-photo-warns", found.foreign || found.phase === "failed");
      if (!bytes || found.width === 0) return;
      const draw = (picture: ImageBitmap | ImageData) => {
        canvases.forEach((canvas, place) => {
          paint(canvas, picture, place, found);
        });
        setHidden(pictures, false);
        if (!(picture instanceof ImageData)) picture.close();
      };
      const picture = decode(found, CAPTIONS.length, bytes);
      if (picture instanceof Promise) picture.then(draw, scope.fail);
      else draw(picture);
    },
  };
}
