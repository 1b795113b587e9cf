/** The program of a page: it unpacks what the page holds, starts the generator in a worker, and shows the panel. */

import { h, type Scope } from "../dom";
import { createPanel } from "../panel";
import { type Contents, parseContents } from "./contents";
import { PageKernel } from "./kernel";
import { createLesson } from "./lesson";
import { Names, storageOf } from "./names";
import { startPainter } from "./painter";
import { DamagedPage, unpack } from "./unpack";

/** A module of WebAssembly that is valid only where there is SIMD. */
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
];

/** What this browser lacks; empty where it has all. */
function lacks(): string {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(new Uint8Array(SIMD)))
    return "WebAssembly with SIMD";
  if (typeof DecompressionStream !== "function") return "DecompressionStream";
  return typeof Worker === "function" && typeof OffscreenCanvas === "function" ? "" : "workers that draw";
}

async function start(): Promise<void> {
  const missing = lacks();
  if (missing)
    throw new DamagedPage(
      `This browser has no ${missing}, so the pictures cannot move here; a newer one has it.`,
    );
  const text = async (id: string) => new TextDecoder().decode(await unpack(document, id));
  const [about, vectors, model, runtime, program] = await Promise.all([
    text("contents"),
    unpack(document, "vectors"),
    unpack(document, "model"),
    unpack(document, "runtime"),
    text("worker"),
  ]);
  const contents = parseContents(about, new Float32Array(vectors));
  const storage = storageOf(window);
  const names = new Names(contents, storage);
  const kernel = new PageKernel(contents, await startPainter(contents, program, runtime, model), names);
  show(contents, kernel, storage);
}

function show(contents: Contents, kernel: PageKernel, storage: Storage | null): void {
  const panel = h("div", { class: "page-panel" });
  const place = document.getElementById("place");
  place?.replaceChildren(panel);
  createPanel(kernel, panel, new AbortController().signal);
  if (contents.lesson.length === 0) return;
  const scope: Scope = { signal: new AbortController().signal, fail };
  const key = `sefa_widget lesson ${contents.title} ${contents.state.fingerprint ?? ""}`;
  const lesson = createLesson(scope, contents.lesson, key, storage, {
    show: (state) => Object.keys(state).length > 0 && kernel.change(state),
  });
  place?.prepend(lesson);
  place?.classList.add("page-with-lesson");
}

/** Say what went wrong above the still picture, which stays. */
function fail(error: unknown): void {
  console.error(error);
  const message = document.getElementById("message");
  const text = error instanceof Error ? error.message : String(error);
  message?.replaceChildren(h("p", { role: "alert" }, text));
}

start().catch(fail);
