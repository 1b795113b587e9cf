/** The starts of the sheet: one is large, the others are small, and each has all of its tiles. */

import { button, h, on, type Scope, setAttribute, setHidden, setText } from "./dom";
import type { GeneratorInfo } from "./info";
import { type Pin, type State, titleOf } from "./state";
import { Tile } from "./tile";

/** Up to so many people stand beside the large one where there is room; more stand below it. */
const FEW = 4;
/** Longest name, as in the kernel. */
const MAX_NAME = 60;

/** What the pictures are of. */
export type Shown = Pick<GeneratorInfo, "resolution" | "class_names">;

export interface People {
  readonly el: HTMLElement;
  /** The box of one start's pictures. */
  pictures(row: number): HTMLElement | undefined;
  /** The tile of a row and a column, if the sheet has it. */
  tile(row: number, column: number): Tile | undefined;
  /** Show the pictures without strengths, or with them. */
  setUnedited(unedited: boolean): void;
  update(state: State): void;
}

export interface PeopleEvents {
  choose(row: number): void;
  remove(row: number): void;
  name(row: number, name: string): void;
  /** Let it change places with the one before it, or after it. */
  shift(row: number, by: -1 | 1): void;
}

/** The tiles of one start, and its caption. */
class Person {
  readonly tiles: Tile[] = [];
  readonly pictures = h("div", { class: "sefa-tiles" });
  readonly name = h("span", { class: "sefa-name" });
  /** Where the large one is named. */
  readonly field = h("input", { type: "text", class: "sefa-name-field", maxlength: String(MAX_NAME) });
  readonly choose: HTMLButtonElement;
  readonly back: HTMLButtonElement;
  readonly on: HTMLButtonElement;
  readonly remove: HTMLButtonElement;
  readonly el: HTMLElement;
  /** The name that the kernel knows. */
  private named = "";

  constructor(
    scope: Scope,
    readonly resolution: number,
    row: () => number,
    events: PeopleEvents,
  ) {
    this.choose = button(scope, { class: "sefa-choose" }, "", () => events.choose(row()));
    const shift = (text: string, name: string, by: -1 | 1) =>
      button(scope, { class: "sefa-shift", "aria-label": name, title: name }, text, () =>
        events.shift(row(), by),
      );
    this.back = shift("‹", "Move one place up", -1);
    this.on = shift("›", "Move one place down", 1);
    this.remove = button(scope, { class: "sefa-remove" }, "×", () => events.remove(row()));
    on(scope, this.pictures, "click", () => events.choose(row()));
    this.el = h(
      "figure",
      { class: "sefa-person" },
      this.pictures,
      h("figcaption", {}, this.choose, this.field, this.back, this.on, this.remove),
    );
    this.field.title = "A name for this picture; Enter keeps it";
    this.field.setAttribute("aria-label", "Name of the large picture");
    on(scope, this.field, "change", () => events.name(row(), this.field.value.trim()));
    on(scope, this.field, "keydown", (event) => {
      if (event.key === "Enter") this.field.blur();
      if (event.key !== "Escape") return;
      this.field.value = this.named;
      this.field.blur();
    });
    this.choose.append(this.name);
  }

  setColumns(count: number, unedited: boolean): void {
    for (const { canvas } of this.tiles.splice(count)) canvas.remove();
    while (this.tiles.length < count) {
      const tile = new Tile(this.resolution);
      tile.order.unedited = unedited;
      this.tiles.push(tile);
      this.pictures.append(tile.canvas);
    }
  }

  /** `kind`: the name of its class, where others are of other classes. */
  show(pin: Pin, kind: string, chosen: boolean, place: number, count: number): void {
    const alone = count === 1;
    const own = [kind, titleOf({ ...pin, name: "" })].filter(Boolean).join(", ");
    const name = pin.name || own;
    const long = chosen || pin.name || pin.latent !== undefined;
    setText(this.name, long ? name : kind || String(pin.seed)); // small pictures have no room for more
    setAttribute(this.choose, "aria-label", name);
    this.el.classList.toggle("sefa-chosen", chosen);
    setAttribute(this.choose, "aria-pressed", String(chosen));
    this.choose.title = chosen ? "Shown large; all are edited together" : "Show this one large";
    setHidden(this.choose, chosen);
    setHidden(this.field, !chosen);
    setAttribute(this.field, "placeholder", own);
    const kept = document.activeElement === this.field && this.named === pin.name;
    if (!kept && this.field.value !== pin.name) this.field.value = pin.name;
    this.named = pin.name;
    for (const el of [this.back, this.on]) setHidden(el, !chosen || alone);
    this.back.disabled = place === 0;
    this.on.disabled = place === count - 1;
    setHidden(this.remove, alone);
    this.remove.title = "Remove this one";
    setAttribute(this.remove, "aria-label", `Remove ${name}`);
  }
}

export function createPeople(scope: Scope, shown: Shown, events: PeopleEvents): People {
  // A click with the other button offers what the browser does with a picture, not cells to delete.
  const el = h("div", { class: "sefa-people", "data-jp-suppress-context-menu": "" });
  const people: Person[] = [];
  let unedited = false;
  return {
    el,
    pictures: (row) => people[row]?.pictures,
    tile: (row, column) => people[row]?.tiles[column],
    setUnedited(next) {
      unedited = next;
      for (const { tiles } of people) for (const { order } of tiles) order.unedited = next;
    },
    update(state) {
      const alone = state.starts.length === 1;
      for (const { el } of people.splice(state.starts.length)) el.remove();
      while (people.length < state.starts.length) {
        const person: Person = new Person(scope, shown.resolution, () => people.indexOf(person), events);
        people.push(person);
        el.append(person.el);
      }
      const columns = 1 + Number(state.second !== null) + Number(state.original);
      const mixed = new Set(state.starts.map(({ label }) => label)).size > 1;
      state.starts.forEach((pin, row) => {
        const kind = (mixed && pin.label !== null && shown.class_names[pin.label]) || "";
        people[row]?.setColumns(columns, unedited);
        people[row]?.show(pin, kind, row === state.chosen, row, state.starts.length);
      });
      el.classList.toggle("sefa-few", !alone && state.starts.length <= FEW);
    },
  };
}
