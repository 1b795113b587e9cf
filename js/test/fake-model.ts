/** Traits go in; a model that records what the panel sends, and lets a test play the kernel, comes out. */

import type { AnyModel } from "@anywidget/types";
import wire from "../../tests/wire.json" with { type: "json" };
import type { Intent, Patch, State } from "../src/messages";

type Traits = Record<string, unknown>;
type Handler = (...values: unknown[]) => void;

export class FakeModel {
  readonly sent: Intent[] = [];
  readonly traits: Traits;
  listeners: [string, Handler][] = [];

  constructor(traits: Traits = {}) {
    this.traits = { ...structuredClone(wire.traits), ...traits };
  }

  /** What a view of anywidget is given. */
  get any(): AnyModel<Traits> {
    return this as unknown as AnyModel<Traits>;
  }

  get(name: string): unknown {
    return this.traits[name];
  }

  set(): never {
    throw new Error("The panel must never set a trait.");
  }

  save_changes(): never {
    throw new Error("The panel must never save.");
  }

  on(event: string, handler: Handler): void {
    this.listeners.push([event, handler]);
  }

  off(event: string, handler: Handler): void {
    this.listeners = this.listeners.filter(([name, other]) => name !== event || other !== handler);
  }

  send(message: Intent): void {
    this.sent.push(structuredClone(message));
  }

  tell(event: string, ...values: unknown[]): void {
    for (const [name, handler] of [...this.listeners]) if (name === event) handler(...values);
  }

  /** Change the state's trait as the kernel does. */
  setState(patch: Patch): void {
    const state = this.traits.state as State;
    const strengths = { ...state.strengths, ...patch.strengths };
    this.traits.state = { ...state, ...patch, strengths, revision: state.revision + 1 };
    this.tell("change:state");
  }

  /** Answer the newest request of a view, after applying its patch. */
  answer(): void {
    const request = this.sent.findLast((message) => message.type === "hello" || message.type === "edit");
    if (!request) throw new Error("Nothing was asked.");
    if (request.type === "edit" && Object.keys(request.patch).length > 0) this.setState(request.patch);
    const { revision } = this.traits.state as { revision: number };
    const unedited = request.type === "edit" && request.unedited;
    const { view, seq } = request;
    const info = { ...wire.down.frame, view, seq, revision, unedited, width: 2, height: 2 };
    this.tell("msg:custom", info, [new DataView(new ArrayBuffer(16))]);
  }

  last(): Intent {
    const message = this.sent.at(-1);
    if (!message) throw new Error("Nothing was sent.");
    return message;
  }

  edits(): Extract<Intent, { type: "edit" }>[] {
    return this.sent.filter((message) => message.type === "edit");
  }
}
