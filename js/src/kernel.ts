/** What a panel needs of a kernel, whichever runs the generator. */

import type { Range } from "./check";
import type { ControlInfo } from "./control";
import type { DirectionsInfo, GeneratorInfo } from "./info";
import type { LabelsInfo } from "./labels";
import type { Code, Found, Info, Intent, Lent, Seen, SharedFile, Suggested } from "./messages";
import type { History, Pin, State } from "./state";
import type { StudyInfo } from "./study";

/** What a kernel tells a panel; `signal` of `listen` ends it. */
export interface Listener {
  state(state: State): void;
  directions(found: DirectionsInfo | null): void;
  history(history: History): void;
  labels(labels: LabelsInfo): void;
  /** Other values of the control, or none. */
  control(control: ControlInfo | null): void;
  /** Another study runs, or none; or more is answered. */
  study(study: StudyInfo | null): void;
  /** An answer or a picture, and the bytes of the picture. */
  info(info: Info, bytes: DataView | undefined): void;
  /** Small pictures that were asked for. */
  seen(seen: Seen, bytes: DataView): void;
  code(code: Code): void;
  /** How far the search for a picture is, and the bytes of its pictures. */
  found(found: Found, bytes: DataView | undefined): void;
  /** Where to cut a photo. */
  suggested(suggested: Suggested): void;
  /** A file that was asked for. */
  file(file: SharedFile, bytes: DataView): void;
  /** What the page draws with. */
  lent(lent: Lent, bytes: readonly DataView[]): void;
  /** The connection is gone for good. */
  gone(): void;
  /** A listener threw. */
  fail(error: unknown): void;
}

/** What a kernel offers, where that is not everything. */
export interface Limits {
  /** The layers whose directions it has. */
  readonly layers: readonly Range[];
  /** Endings of the files that it makes, by what they hold. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** What was drawn beforehand, where no generator runs; null where one does. */
  readonly beforehand: Beforehand | null;
}

/** Pictures that were drawn beforehand: only what is among them can be shown. */
export interface Beforehand {
  /** What there is, in a sentence. */
  readonly about: string;
  /** Why other controls are not for use, in a sentence. */
  readonly why: string;
  /** Where pictures begin. */
  readonly starts: readonly Pin[];
  /** How many strengths the slider of a direction has, from end to end, evenly apart. */
  steps(state: State, index: number): number;
  /** What the last change did besides what was asked for; empty for nothing. */
  readonly said: string;
}

export interface Kernel {
  /** Null where it can do all that the panel asks for, as in a notebook. */
  readonly limits: Limits | null;
  /** Whether the page is to draw by itself while a control is held. */
  readonly lends: boolean;
  readonly generator: GeneratorInfo;
  /** The state, the directions and the history at this moment. */
  readonly state: State;
  readonly directions: DirectionsInfo | null;
  readonly history: History;
  readonly labels: LabelsInfo;
  /** The control of the spectrum; null where it is not wanted. */
  readonly control: ControlInfo | null;
  /** The study that runs; null for none. */
  readonly study: StudyInfo | null;
  /** Whether there was no connection from the beginning, as in a saved notebook. */
  readonly absent: boolean;
  /** `bytes`: those of a file that goes with it. */
  send(intent: Intent, bytes?: ArrayBuffer): void;
  listen(listener: Listener, signal: AbortSignal): void;
}
