/** The states that a page has had, so that every change can be undone; and what changed at each. */

import { rangeName, signed } from "../format";
import { chosenPin, type History, type State } from "../state";

const MOST = 200;
const MOST_NAMED = 40;
/** Fields that undo leaves as they are. */
const KEPT = ["sort", "view", "control", "projector", "focused"] as const;
const TITLES: Readonly<Record<string, string>> = {
  starts: "The starts",
  chosen: "The chosen start",
  strengths: "Strengths",
  locked: "The locked directions",
  carried: "The carried edits",
  layers: "Layer range",
  edit_layers: "Edited layer range",
  method: "The method",
  original: "original",
  truncation_psi: "truncation_psi",
  truncation_cutoff: "truncation_cutoff",
  region: "The region",
  stretch: "stretch",
  ranges: "The sliders' own ranges",
};

export class StepList {
  #values: State[];
  #place = 0;
  #dropped = 0;
  #step: unknown = null;

  constructor(first: State) {
    this.#values = [first];
  }

  /** Add a state; those of the same `step`, one after another, are undone together. */
  record(state: State, step: unknown): void {
    const before = this.#values[this.#place];
    if (before && changes(before, state).length === 0) {
      this.#values[this.#place] = state;
      return;
    }
    this.#values.length = this.#place + 1;
    if (step !== null && step === this.#step) this.#values[this.#place] = state;
    else this.#values.push(state);
    while (this.#values.length > MOST + 1) {
      this.#values.shift();
      this.#dropped += 1;
    }
    this.#place = this.#values.length - 1;
    this.#step = step;
  }

  /** The state one step back or forward, with what is no step as it is now; null where there is none. */
  go(redo: boolean, now: State): State | null {
    return this.#at(this.#place + (redo ? 1 : -1), now, true);
  }

  /** The state of a step by its place, which becomes a new one. */
  visit(place: number, now: State): State {
    const then = this.#at(place - this.#dropped, now, false);
    if (!then) throw new Error(`There is no step ${place} any more.`);
    this.record(then, null);
    return then;
  }

  #at(place: number, now: State, move: boolean): State | null {
    const then = this.#values[place];
    if (!then) return null;
    if (move) {
      this.#place = place;
      this.#step = null;
    }
    const kept = Object.fromEntries(KEPT.map((name) => [name, now[name]]));
    return { ...then, ...kept, revision: now.revision + 1 };
  }

  /** What the panel is told. */
  history(revision: number): History {
    const first = Math.max(0, this.#values.length - MOST_NAMED);
    const names = this.#values.slice(first).map((state, n) => {
      const before = this.#values[first + n - 1];
      return before ? stepName(before, state) : this.#dropped > 0 ? "earlier" : "start";
    });
    const place = this.#dropped + this.#place;
    return {
      undo: this.#change(-1),
      redo: this.#change(1),
      first: this.#dropped + first,
      place,
      revision,
      names,
      revisions: [],
    };
  }

  #change(by: number): string | null {
    const [now, then] = [this.#values[this.#place], this.#values[this.#place + by]];
    if (!now || !then) return null;
    return changes(now, then)
      .map((name) => TITLES[name] ?? name)
      .join(", ");
  }
}

/** Names of the fields that are steps and differ. */
function changes(one: State, other: State): string[] {
  return Object.keys(TITLES).filter(
    (name) => JSON.stringify(one[name as keyof State]) !== JSON.stringify(other[name as keyof State]),
  );
}

/** What changed from one state to the next, in a few letters. */
export function stepName(before: State, after: State): string {
  const [pin, other] = [chosenPin(before), chosenPin(after)];
  if (String(before.layers) !== String(after.layers)) return rangeName(after.layers);
  if (before.method !== after.method) return after.method ?? "automatic";
  if (before.starts.length !== after.starts.length)
    return after.starts.length > 1 ? `${after.starts.length} people` : "1 person";
  if (pin.seed !== other.seed || before.chosen !== after.chosen) return other.name || `seed ${other.seed}`;
  if (pin.label !== other.label) return `class ${other.label}`;
  if (before.truncation_psi !== after.truncation_psi) return `ψ ${after.truncation_psi.toFixed(2)}`;
  const others = changes(before, after).filter((name) => name !== "strengths" && name !== "carried");
  if (others[0]) return (TITLES[others[0]] ?? others[0]).replace(/^The /, "");
  const indices = Object.keys({ ...before.strengths, ...after.strengths });
  const differ = indices.filter((index) => before.strengths[index] !== after.strengths[index]);
  if (differ.length === 1) return `#${differ[0]} ${signed(after.strengths[differ[0] ?? ""] ?? 0)}`;
  return Object.keys(after.strengths).length > 0 ? "strengths" : "reset";
}
