/** A model that records what the panel sends, and lets a test play the kernel. */

import type { AnyModel } from "@anywidget/types";
import wire from "../../tests/wire.json" with { type: "json" };
import type { Intent } from "../src/messages";
import { overlay } from "../src/overlay";
import { type Patch, parseState, type State } from "../src/state";

type Traits = Record<string, unknown>;
type Handler = (...values: unknown[]) => void;

export class FakeModel {
  readonly sent: Intent[] = [];
  readonly traits: Traits;
  listeners: [string, Handler][] = [];

  constructor(traits: Traits = {}) {
    const state = { ...wire.traits.state, carried: [], locked: [] };
    this.traits = { ...structuredClone({ ...wire.traits, state, study_info: {} }), ...traits };
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
    const state = parseState(this.traits.state) as State;
    this.traits.state = { ...overlay(state, [patch]), revision: state.revision + 1 };
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
    const { starts } = this.traits.state as State;
    const sheet = { rows: starts.length, columns: 1, tiles: starts.map((_, row) => [row, 0]) };
    const info = { ...wire.down.frame, ...sheet, view, seq, revision, unedited, width: 2, height: 2 };
    this.tell("msg:custom", info, [new DataView(new ArrayBuffer(16 * starts.length))]);
  }

  /** Answer the newest look of a group: all of its items, or some. */
  see(group: string, some?: number[]): void {
    const looks = this.sent.filter((message) => message.type === "look");
    const look = looks.findLast(({ name, items }) => name.startsWith(group) && items.length > 0);
    if (!look) throw new Error(`No look of ${group} was asked for.`);
    const { revision } = this.traits.state as State;
    const items = some ?? look.items.map((_, number) => number);
    const info = {
      ...wire.down.look,
      view: look.view,
      name: look.name,
      revision,
      items,
      width: 2,
      height: 2,
    };
    this.tell("msg:custom", info, [new DataView(new ArrayBuffer(16 * items.length))]);
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
