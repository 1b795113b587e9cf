/** The starts of the sheet: one is large, the others are small, and each has all of its tiles. */

import { button, h, on, type Scope, setText } from "./dom";
import type { Pin, State } from "./state";
import { Tile } from "./tile";

/** Up to so many people stand beside the large one where there is room; more stand below it. */
const FEW = 4;

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
}

/** The tiles of one start, and its caption. */
class Person {
  readonly tiles: Tile[] = [];
  readonly pictures = h("div", { class: "sefa-tiles" });
  readonly name = h("span", { class: "sefa-name" });
  readonly choose: HTMLButtonElement;
  readonly remove: HTMLButtonElement;
  readonly el: HTMLElement;

  constructor(
    scope: Scope,
    readonly resolution: number,
    row: () => number,
    events: PeopleEvents,
  ) {
    this.choose = button(scope, { class: "sefa-choose" }, "", () => events.choose(row()));
    this.remove = button(scope, { class: "sefa-remove" }, "×", () => events.remove(row()));
    on(scope, this.pictures, "click", () => events.choose(row()));
    this.el = h(
      "figure",
      { class: "sefa-person" },
      this.pictures,
      h("figcaption", {}, this.choose, this.remove),
    );
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

  show(pin: Pin, chosen: boolean, alone: boolean): void {
    const name = pin.name || `seed ${pin.seed}`;
    setText(this.name, chosen || pin.name ? name : String(pin.seed)); // small pictures have no room for more
    this.choose.setAttribute("aria-label", name);
    this.el.classList.toggle("sefa-chosen", chosen);
    this.choose.setAttribute("aria-pressed", String(chosen));
    this.choose.title = chosen ? "Shown large; all are edited together" : "Show this one large";
    this.choose.hidden = this.remove.hidden = alone;
    this.remove.title = "Remove this one";
    this.remove.setAttribute("aria-label", `Remove ${name}`);
  }
}

export function createPeople(scope: Scope, resolution: number, events: PeopleEvents): People {
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
        const person: Person = new Person(scope, resolution, () => people.indexOf(person), events);
        people.push(person);
        el.append(person.el);
      }
      const columns = 1 + Number(state.second !== null) + Number(state.original);
      state.starts.forEach((pin, row) => {
        people[row]?.setColumns(columns, unedited);
        people[row]?.show(pin, row === state.chosen, alone);
      });
      el.classList.toggle("sefa-few", !alone && state.starts.length <= FEW);
    },
  };
}
