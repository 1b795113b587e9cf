/**
 * Carries what the person wants to the kernel, and what the kernel says back, for one view.
 *
 * Flow control of one view: one request in flight, input only overwrites the latest wish, the newest wish wins.
 * Clock, timers and the wire are handed in, so that every path can be tested without a browser or a kernel.
 */

import type { Frame, Info, Intent, Request } from "./messages";
import { isEmpty, mergePatches, mustStayApart, overlay } from "./overlay";
import { Echo, isLoopback, measure, median } from "./probe";
import type { Patch, State } from "./state";

export const WAITING_MS = 400;
export const PATIENCE_MS = 2000;
export const SLOW_RETRY_MS = 5000;
export const MAX_RESENDS = 3;
/** The kernel is told so often of a control that is held while the page itself draws. */
export const DRAWN_MS = 100;
const RENDERS_REMEMBERED = 9;

export type LinkStatus = "ready" | "waiting" | "silent" | "gone";

export interface LinkHost {
  send(message: Intent, bytes?: ArrayBuffer): void;
  now(): number;
  /** Call back after some milliseconds; the result cancels. */
  after(ms: number, callback: () => void): () => void;
  hostname: string;
  /** Whether the page itself draws this state while a control is held. */
  draws(state: State): boolean;
  /** The wanted state, the status or the backlog may have changed. */
  changed(): void;
  /** The kernel said what was expected: nothing of these is other than it was told last. */
  confirmed(): void;
  frame(frame: Frame, bytes: DataView): void;
  /** Long work goes on. */
  progress(text: string, fraction: number): void;
  /** A request failed; `seq` is the newest request that was sent when it was told. */
  error(message: string, seq: number): void;
}

/** A wish on its way to the kernel. */
interface Sent {
  readonly seq: number;
  readonly patch: Patch;
  readonly moving: boolean;
  readonly unedited: boolean;
  sentAt: number;
}

export class Link {
  status: LinkStatus = "ready";
  /** Inputs merged into the wish since the last request was sent. */
  merged = 0;
  /** Two requests may be in flight if the way to the kernel takes longer than a render. */
  #window = 1;
  #padded = false;
  #roundTrip = 0;
  #renders: number[] = [];
  #seq = 0;
  #inFlight: Sent[] = [];
  #wish: Patch = {};
  #step = 0;
  #moving = false;
  #unedited = false;
  #last: Sent | null = null;
  /** Newest revision that was drawn, or could not be. */
  #settled = -1;
  /** The newest request whose pictures may be of what was known before. */
  #outdated = 0;
  #resends = 0;
  #cancelWatch = () => {};
  #cancelPump = () => {};
  /** When a change was sent last. */
  #toldAt = Number.NEGATIVE_INFINITY;
  #probed = false;
  /** What was shown when `changed` was told last. */
  #told = "";
  readonly #echo: Echo;

  constructor(
    readonly view: string,
    private state: State,
    private readonly host: LinkHost,
  ) {
    const ask = (padded: boolean) => {
      this.#seq += 1;
      this.#transmit({ type: "probe", view, seq: this.#seq, padded });
      return this.#seq;
    };
    this.#echo = new Echo({ now: () => host.now(), after: (ms, callback) => host.after(ms, callback), ask });
  }

  /** The newest request, and the kernel's state. */
  get newest(): { readonly seq: number; readonly revision: number } {
    return { seq: this.#seq, revision: this.state.revision };
  }

  /** Say hello and ask for the first picture. */
  start(): void {
    this.status = "ready";
    this.#inFlight = [];
    this.#send(true);
  }

  /** The state as the person at the panel wants it. */
  wanted(): State {
    return overlay(this.state, [...this.#inFlight.map((request) => request.patch), this.#wish]);
  }

  /** Change the state; edits of one step are undone together. */
  edit(patch: Patch, step = 0): void {
    if (this.status !== "gone" && mustStayApart(this.#wish, patch)) this.#send(false);
    this.#wish = mergePatches(this.#wish, patch);
    this.#step = step;
    this.merged += 1;
    this.#pump();
    this.#changed();
  }

  /** Ask for something besides a change; what is wished is said before, where the answer depends on it. */
  ask(request: Request, bytes?: ArrayBuffer): void {
    if (this.status === "gone") return;
    const depends = !["look", "cancel", "label", "take_back", "join", "find", "suggest"].includes(
      request.type,
    );
    if (depends && !isEmpty(this.#wish)) this.#send(false);
    this.#transmit({ ...request, view: this.view }, bytes);
  }

  /** Whether the picture is as wanted and nothing is held: there is time for what is beside it. */
  get quiet(): boolean {
    if (this.status === "gone" || this.#moving || this.#unedited || this.#inFlight.length > 0) return false;
    return this.#last !== null && !this.#due();
  }

  /** Tell whether a control is held: the lossless picture waits until it is let go. */
  hold(moving: boolean): void {
    this.#moving = moving;
    this.#pump();
  }

  /** Ask for the picture without strengths, or with them again. */
  compare(unedited: boolean): void {
    this.#unedited = unedited;
    this.#pump();
  }

  /** Ask for the picture of the same state again; one that is on its way may be of what was known before. */
  refresh(): void {
    this.#outdated = this.#seq;
    this.#settled = -1;
    this.#pump();
  }

  setState(state: State): void {
    this.state = state;
    this.#pump();
    this.#tell();
  }

  receive(info: Info, bytes: DataView | undefined): void {
    if (info.type === "probe" && info.view === "") {
      if (this.status !== "gone") this.#transmit({ type: "probe", view: this.view, seq: 0, padded: false });
      return;
    }
    const ofAll = info.view === "" && (info.type === "error" || info.type === "progress");
    if (info.view !== this.view && !ofAll) return;
    this.#alive();
    if (info.type === "probe") this.#echo.receive(info.seq);
    else if (info.type === "error") this.#answerError(info.seq, info.message);
    else if (info.type === "progress") this.host.progress(info.text, info.fraction);
    else if (bytes) this.#answerFrame(info, bytes);
    this.#pump();
    this.#watch();
    this.#tell();
  }

  /** The connection of this model is gone for good. */
  disconnect(): void {
    this.#cancelWatch();
    this.#cancelPump();
    this.status = "gone";
    this.#changed();
  }

  /** Say goodbye, for good or until the page is there again; nothing is sent or timed any more. */
  stop(returns: boolean): void {
    this.#cancelWatch();
    this.#cancelPump();
    this.#echo.stop();
    if (this.status !== "gone") {
      if (!isEmpty(this.#wish)) this.#send(false); // what was changed last is kept where a page is loaded again
      this.#cancelWatch();
      this.#transmit({ type: "bye", view: this.view, returns });
    }
    this.status = "gone";
  }

  /** Tell that what the person sees may be other than before. */
  #changed(): void {
    this.#told = this.#shown();
    this.host.changed();
  }

  /** Tell that something came from the kernel: to draw the panel anew would cost the next picture milliseconds. */
  #tell(): void {
    if (this.#told === this.#shown()) this.host.confirmed();
    else this.#changed();
  }

  /** All that is drawn of this link, as a text to compare. */
  #shown(): string {
    return JSON.stringify([{ ...this.wanted(), revision: 0 }, this.status, this.merged]);
  }

  #answerFrame(frame: Frame, bytes: DataView): void {
    const answered = this.#inFlight.some((request) => request.seq <= frame.seq);
    this.#inFlight = this.#inFlight.filter((request) => request.seq > frame.seq);
    if (frame.seq > this.#outdated) this.#settled = Math.max(this.#settled, frame.revision);
    if (answered && frame.tiles.length > 0) {
      this.#renders = [...this.#renders, frame.render_ms].slice(-RENDERS_REMEMBERED);
      this.#resizeWindow();
    }
    this.host.frame(frame, bytes);
    if (!this.#probed) void this.#probe();
  }

  #answerError(seq: number, message: string): void {
    const open = this.#inFlight.length;
    this.#inFlight = this.#inFlight.filter((request) => request.seq > seq);
    // The same picture would fail again: it is asked for when the state changes or the person acts.
    if (this.#inFlight.length < open) this.#settled = Math.max(this.#settled, this.state.revision);
    this.host.error(message, this.#seq);
  }

  #pump(): void {
    this.#cancelPump();
    while (this.status !== "gone" && this.#inFlight.length < this.#window && this.#due()) {
      const early = this.#early();
      if (early > 0) {
        this.#cancelPump = this.host.after(early, () => this.#pump());
        return;
      }
      this.#send(false);
    }
  }

  /** Milliseconds until the kernel is told more of a control that is held while the page draws. */
  #early(): number {
    if (!this.#moving || this.#unedited || !this.host.draws(this.wanted())) return 0;
    return this.#toldAt + DRAWN_MS - this.host.now();
  }

  #due(): boolean {
    if (!this.#last) return false;
    if (!isEmpty(this.#wish)) return true;
    if (this.#last.unedited !== this.#unedited || (this.#last.moving && !this.#moving)) return true;
    return this.#inFlight.length === 0 && this.state.revision > this.#settled;
  }

  #send(hello: boolean): void {
    const { view } = this;
    const [patch, moving, unedited, padded] = [this.#wish, this.#moving, this.#unedited, this.#padded];
    this.#seq += 1;
    this.#toldAt = this.host.now();
    const request = { seq: this.#seq, patch, moving, unedited, sentAt: this.#toldAt };
    this.#inFlight.push(request);
    this.#last = request;
    this.#wish = {};
    this.merged = 0;
    this.#watch();
    if (hello && isEmpty(patch) && !unedited)
      this.#transmit({ type: "hello", view, seq: request.seq, padded });
    else
      this.#transmit({
        type: "edit",
        view,
        seq: request.seq,
        patch,
        moving,
        unedited,
        padded,
        step: this.#step,
        drawn: moving && !unedited && this.host.draws(this.wanted()),
      });
  }

  #transmit(message: Intent, bytes?: ArrayBuffer): void {
    try {
      this.host.send(message, bytes);
    } catch {
      // The comm is closed: its model can neither be asked nor revived.
      this.disconnect();
    }
  }

  /** Something came from the kernel: whatever is still open gets its full time again. */
  #alive(): void {
    this.status = "ready";
    this.#resends = 0;
    for (const request of this.#inFlight) request.sentAt = this.host.now();
  }

  /** Wake up when the oldest open request becomes worth a word, and when it is to be sent again. */
  #watch(): void {
    this.#cancelWatch();
    const oldest = this.#inFlight[0];
    if (!oldest || this.status === "gone") return;
    const quiet = this.status === "ready";
    const due = oldest.sentAt + (quiet ? WAITING_MS : this.#patience());
    this.#cancelWatch = this.host.after(Math.max(0, due - this.host.now()), () => {
      if (quiet) this.status = "waiting";
      else this.#resend();
      this.#watch();
      this.#changed();
    });
  }

  #patience(): number {
    return this.status === "silent" ? SLOW_RETRY_MS : Math.max(PATIENCE_MS, 4 * median(this.#renders));
  }

  #resend(): void {
    if (this.#resends >= MAX_RESENDS) this.status = "silent";
    this.#resends += 1;
    const patches = [...this.#inFlight.map((request) => request.patch), this.#wish];
    this.#wish = patches.reduce(mergePatches, {});
    this.#inFlight = [];
    this.#send(this.#renders.length === 0);
  }

  /** Measure the way to the kernel once, after the first picture. */
  async #probe(): Promise<void> {
    this.#probed = true;
    const result = await measure((padded) => this.#echo.ask(padded), isLoopback(this.host.hostname));
    if (!result) return;
    this.#padded = result.padded;
    this.#roundTrip = result.roundTrip;
    this.#resizeWindow();
  }

  #resizeWindow(): void {
    this.#window = this.#roundTrip > 1.5 * median(this.#renders) && this.#roundTrip > 0 ? 2 : 1;
  }
}
