/** The program of a page: it unpacks what the page holds, starts what draws, and shows the panel. */

import { h, type Scope } from "../dom";
import { createPanel } from "../panel";
import { type Contents, otherVersion, parseContents } from "./contents";
import { drawnRules } from "./drawn-rules";
import { PageKernel } from "./kernel";
import { createLesson } from "./lesson";
import { Names, storageOf } from "./names";
import { type Painter, startPainter } from "./painter";
import { liveRules, type Rules } from "./rules";
import { spritePainter } from "./sprites";
import { DamagedPage, unpack } from "./unpack";

const none = new ArrayBuffer(0);
/** A module of WebAssembly that is valid only where there is SIMD. */
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
];

/** What this browser lacks to draw from sprites; empty where it has all. */
function lacks(): string {
  if (typeof DecompressionStream !== "function") return "DecompressionStream";
  return typeof OffscreenCanvas === "function" ? "" : "OffscreenCanvas";
}

/** What it lacks to run a generator. */
function lacksMore(): string {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(new Uint8Array(SIMD)))
    return "WebAssembly with SIMD";
  return typeof Worker === "function" ? lacks() : "workers that draw";
}

async function start(): Promise<void> {
  const live = document.getElementById("model") !== null;
  const missing = live ? lacksMore() : lacks();
  if (missing)
    throw new DamagedPage(
      `This browser has no ${missing}, so the pictures cannot move here; a newer one has it.`,
    );
  const [about, vectors, begin] = await Promise.all([
    text("contents"),
    unpack(document, "vectors"),
    live ? unpackNetwork() : unpackPictures(),
  ]);
  const contents = parseContents(about, new Float32Array(vectors));
  const { painter, rules } = await begin(contents);
  const storage = storageOf(window);
  const kernel = new PageKernel(contents, painter, new Names(contents, storage), rules);
  show(contents, kernel, storage);
}

async function text(id: string): Promise<string> {
  return new TextDecoder().decode(await unpack(document, id));
}

/** What draws the pictures of a page, and what it lets a person change. */
type Start = (contents: Contents) => Promise<{ painter: Painter; rules: Rules }>;

async function unpackNetwork(): Promise<Start> {
  const blocks = [unpack(document, "model"), unpack(document, "runtime")];
  const [program, model = none, runtime = none] = await Promise.all([text("worker"), ...blocks]);
  return async (contents) => {
    const { generator, network } = contents;
    if (!network) throw otherVersion();
    const painter = await startPainter(generator, network, program, runtime, model);
    return { painter, rules: liveRules(contents, network) };
  };
}

async function unpackPictures(): Promise<Start> {
  const pictures = await unpack(document, "pictures");
  return async (contents) => {
    if (!contents.drawn) throw otherVersion();
    const { drawn } = contents;
    return { painter: spritePainter(contents, drawn, pictures), rules: drawnRules(contents, drawn) };
  };
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
