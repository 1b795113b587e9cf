/** Small pictures beside the sheet: asks for those that are wanted, keeps them, and shows them as they come. */

import { decode, type Picture, paint } from "./decode";
import { h } from "./dom";
import type { LookItem, Pixels, Seen } from "./messages";
import type { State } from "./state";

/** Pixels of a small picture where a pixel of the page is one of the screen; enough for all places. */
const SIZE = 96;
/** How many pictures are asked for at once; the kernel takes 256. */
const MOST = 64;
/** How many pictures are kept. */
const KEPT = 600;

/** One picture of several that came together. */
interface Small {
  readonly picture: Picture;
  readonly place: number;
  readonly pixels: Pixels;
}

/**
 * Where a small picture is shown: as an `<img>`, since a browser makes each canvas of a page a layer of its own,
 * and puts all layers together anew for each frame of a drag.
 */
export class Thumb {
  readonly el = h("span", { class: "sefa-look sefa-pending" });
  /** The pixels of what is shown. */
  readonly canvas = h("canvas");
  readonly #image = h("img", { alt: "", decoding: "sync", draggable: "false" });
  #shown = "";

  constructor() {
    this.el.append(this.#image);
  }

  show(key: string, small: Small): void {
    this.el.classList.remove("sefa-pending", "sefa-outdated");
    if (this.#shown === key) return;
    this.#shown = key;
    paint(this.canvas, small.picture, small.place, small.pixels);
    this.#image.src = this.canvas.toDataURL();
  }

  /** What is shown; empty where that is nothing, or out of date. */
  get key(): string {
    return this.el.classList.contains("sefa-outdated") ? "" : this.#shown;
  }

  /** Something else drew the picture on the canvas. */
  drawn(): void {
    this.el.classList.remove("sefa-pending", "sefa-outdated");
    this.#shown = "";
    this.#image.src = this.canvas.toDataURL();
  }

  /** Keep what is shown, marked as out of date. */
  wait(): void {
    if (this.#shown) this.el.classList.add("sefa-outdated");
  }
}

/** A picture that is wanted, and where. */
export interface Wanted {
  readonly thumb: Thumb;
  readonly item: LookItem;
}

/** What pictures are of: the state, the study that runs, or steps that were visited. */
export type Of = "state" | "study" | "visited";

/** What was asked for under one name and has not all come. */
interface Asked {
  readonly name: string;
  readonly revision: number;
  readonly keys: readonly string[];
  readonly open: Set<string>;
}

export interface LooksHost {
  /** Ask the kernel; no items end what was asked for under the name. */
  ask(name: string, size: number, items: readonly LookItem[], of: Of): void;
  /** Pictures came: show again what is wanted. */
  came(): void;
  fail(error: unknown): void;
}

export class Looks {
  readonly #pictures = new Map<string, Small>();
  readonly #asked = new Map<string, Asked>();
  #count = 0;

  constructor(private readonly host: LooksHost) {}

  /**
   * Show the pictures of a group, most urgent first, and ask for those that are missing.
   *
   * `quiet`: the state is the kernel's, and nothing else is wanted of it; only then anything is asked for.
   * `context`: what names the pictures, where they are not of the state.
   */
  show(
    group: string,
    wanted: readonly Wanted[],
    state: State,
    quiet: boolean,
    of: Of = "state",
    context: (item: LookItem) => string = contextOf(state),
  ): void {
    const missing = new Map<string, LookItem>();
    for (const { thumb, item } of wanted) {
      const key = context(item);
      const small = this.#pictures.get(key);
      if (small) {
        this.#keep(key, small);
        thumb.show(key, small);
      } else {
        // Not while a control is held: to paint the marks takes the time of the picture that is dragged.
        if (quiet) thumb.wait();
        missing.set(key, item);
      }
    }
    if (quiet) this.#ask(group, missing, state.revision, of);
  }

  /** Take pictures that came; those of what is not asked for any more are left. */
  receive(seen: Seen, bytes: DataView): void {
    const asked = [...this.#asked.values()].find(({ name }) => name === seen.name);
    if (!asked || asked.revision !== seen.revision) return;
    const take = (picture: Picture) => {
      seen.items.forEach((item, place) => {
        const key = asked.keys[item];
        if (key === undefined) return;
        asked.open.delete(key);
        this.#keep(key, { picture, place, pixels: seen });
      });
      this.host.came();
    };
    const picture = decode(seen, seen.items.length, bytes);
    if (picture instanceof Promise) picture.then(take).catch(this.host.fail);
    else take(picture);
  }

  /** Nothing is asked for any more, since the kernel has forgotten it. */
  forget(): void {
    this.#asked.clear();
  }

  /** Pictures have names of their own each time: late ones of an older list are not taken for those of a newer. */
  #ask(group: string, missing: ReadonlyMap<string, LookItem>, revision: number, of: Of): void {
    const asked = this.#asked.get(group);
    if (asked && asked.open.size > 0) {
      // Its pictures come in order: what is open is at the front, unless something else is more urgent by now.
      const urgent = [...missing.keys()].slice(0, asked.open.size);
      const same = asked.revision === revision && urgent.every((key) => asked.keys.includes(key));
      if (same && urgent.length > 0) return;
      this.host.ask(asked.name, SIZE, [], of);
    }
    this.#asked.delete(group);
    if (missing.size === 0) return;
    this.#count += 1;
    const name = `${group} ${this.#count}`;
    const some = [...missing].slice(0, MOST);
    const keys = some.map(([key]) => key);
    this.#asked.set(group, { name, revision, keys, open: new Set(keys) });
    const size = SIZE * Math.min(2, Math.ceil(window.devicePixelRatio || 1));
    this.host.ask(
      name,
      size,
      some.map(([, item]) => item),
      of,
    );
  }

  #keep(key: string, small: Small): void {
    this.#pictures.delete(key);
    this.#pictures.set(key, small);
    if (this.#pictures.size <= KEPT) return;
    const [oldest] = this.#pictures.keys();
    if (oldest !== undefined) this.#pictures.delete(oldest);
  }
}

/** Name pictures by all that they depend on; the strength of the direction that moves is in the item. */
function contextOf(state: State): (item: LookItem) => string {
  const { fingerprint, starts, carried, layers, edit_layers, method, options, normalize } = state;
  const found = [fingerprint, carried, layers, edit_layers, method, options, normalize];
  const common = JSON.stringify([...found, state.truncation_psi, state.truncation_cutoff, state.noise]);
  const strengths = Object.entries(state.strengths).filter(([, strength]) => strength !== 0);
  return ([row, index, strength]) => {
    const others = strengths.filter(([other]) => Number(other) !== index).join(" ");
    return `${starts[row]?.seed} ${starts[row]?.label} | ${others} | ${index} ${strength} | ${common}`;
  };
}
