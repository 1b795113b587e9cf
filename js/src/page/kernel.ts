/** The kernel of a page: it keeps the state as a notebook's does; a painter draws, or has drawn beforehand. */

import type { Kernel, Listener } from "../kernel";
import type { Intent } from "../messages";
import type { State } from "../state";
import type { Contents, Held } from "./contents";
import { Drawing } from "./drawing";
import type { Names } from "./names";
import type { Painter } from "./painter";
import type { Rules } from "./rules";
import { heldFor } from "./searches";
import { StepList } from "./steps";

export class PageKernel implements Kernel {
  readonly absent = false;
  readonly #steps: StepList;
  readonly #drawing: Drawing;
  #state: State;
  #found: Held;
  #listener: Listener | null = null;

  constructor(
    private readonly contents: Contents,
    painter: Painter,
    private readonly names: Names,
    private readonly rules: Rules,
  ) {
    this.#state = rules.first;
    this.#found = heldFor(contents.searches, this.#state);
    this.#steps = new StepList(this.#state);
    const kernel = this;
    this.#drawing = new Drawing(contents, painter, names, rules, {
      get state() {
        return kernel.#state;
      },
      get listener() {
        return kernel.#listener;
      },
      fail: (view, seq, error) => this.#fail(view, seq, error),
    });
  }

  readonly lends = false;

  get limits() {
    return this.rules.limits;
  }

  get generator() {
    return this.contents.generator;
  }

  get state() {
    return this.#state;
  }

  get directions() {
    return this.#found.info;
  }

  get history() {
    return this.#steps.history(this.#state.revision);
  }

  /** A page has no store that others answer in. */
  get study() {
    return null;
  }

  /** A page has no networks but its own. */
  get control() {
    return null;
  }

  get labels() {
    return this.names.info(this.#found);
  }

  /** Answers come later, as they do from a notebook's kernel. */
  send(intent: Intent): void {
    queueMicrotask(() => {
      try {
        this.#take(intent);
      } catch (error) {
        this.#fail(intent.view, "seq" in intent ? intent.seq : 0, error);
      }
    });
  }

  listen(listener: Listener, signal: AbortSignal): void {
    this.#listener = listener;
    signal.addEventListener("abort", () => (this.#listener = null), { once: true });
  }

  /** Take new values for fields of the state, as Python code does in a notebook. */
  change(patch: Readonly<Record<string, unknown>>): void {
    this.#set(this.rules.patched(this.#state, patch, false), null);
  }

  #take(intent: Intent): void {
    const { type, view } = intent;
    if (type === "probe") this.#listener?.info({ type, view, seq: intent.seq }, undefined);
    else if (type === "bye") this.#drawing.forget(view);
    else if (type === "undo") {
      const then = this.#steps.go(intent.redo, this.#state);
      if (then) this.#goTo(then);
    } else if (type === "visit") this.#goTo(this.#steps.visit(intent.place, this.#state));
    else if (type === "look") this.#drawing.look(intent);
    else if (type === "label") {
      this.names.say(this.#found, intent.index, intent.fields);
      this.#listener?.labels(this.labels);
    } else if (type === "take_back") {
      this.names.takeBack();
      this.#listener?.labels(this.labels);
    } else if (type === "code") this.#listener?.code({ type, view, text: this.#code() });
    else if (type === "share") this.#drawing.share(intent);
    else if (type === "edit" || type === "hello") {
      if (type === "edit" && Object.keys(intent.patch).length > 0)
        this.#set(this.rules.patched(this.#state, intent.patch, true), intent.step || null);
      this.#drawing.edit(intent);
    } else if (type === "spread") throw new Error("A page cannot spread a kept edit; a notebook can.");
  }

  #set(state: State, step: unknown): void {
    if (state === this.#state) return;
    this.#steps.record(state, step);
    this.#show(state);
  }

  /** Show a state that there was. */
  #goTo(state: State): void {
    this.rules.went();
    this.#show(state);
  }

  /** Tell the panel of another state. */
  #show(state: State): void {
    this.#state = state;
    const found = heldFor(this.contents.searches, state);
    const other = found !== this.#found;
    this.#found = found;
    this.#listener?.state(state);
    if (other) this.#listener?.directions(found.info);
    if (other) this.#listener?.labels(this.labels);
    this.#listener?.history(this.history);
  }

  #code(): string {
    const { source, generator } = this.contents;
    const opened = source === null ? "generator" : JSON.stringify(source);
    const wanted =
      source === null ? `# \`generator\` must be there: ${JSON.stringify(generator.name)}\n` : "";
    const state = JSON.stringify(JSON.stringify(this.#state));
    return `import json\n\nfrom sefa_widget import explore\n\n${wanted}panel = explore(${opened}, state=json.loads(${state}))\npanel\n`;
  }

  #fail(view: string, seq: number, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#listener?.info({ type: "error", view, seq, message }, undefined);
  }
}
