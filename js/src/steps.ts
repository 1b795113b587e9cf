/** Which edits belong to one step of undo: one drag, or one run of a key. */

/** A run of one key ends with a pause of this length. */
const PAUSE_MS = 600;

export class Steps {
  #number = 0;
  #what = "";
  #at = Number.NEGATIVE_INFINITY;
  #held = false;

  /** Tell that a pointer is pressed or let go; what follows is another step. */
  hold(held: boolean): void {
    this.#held = held;
    this.#what = "";
  }

  /** The step of the last edit: what is no step of its own goes with it. */
  get last(): number {
    return this.#number;
  }

  /** Give the number of the step that an edit belongs to; `what` names the control. */
  of(what: string, now: number): number {
    const paused = !this.#held && now - this.#at > PAUSE_MS;
    if (what !== this.#what || paused) this.#number += 1;
    this.#what = what;
    this.#at = now;
    return this.#number;
  }
}
