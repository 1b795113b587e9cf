/** The names that persons give in a page: kept in the browser, and written as files that Python reads. */

import { isFields } from "../check";
import { movable } from "../info";
import { type LabelsInfo, NO_LABELS, parseLabels, type Said, type Saying } from "../labels";
import { chosenPin, type State } from "../state";
import type { Contents, Held } from "./contents";

const FORMAT = "sefa_widget labels";
const NEW: Said = {
  name: "",
  sign: 1,
  range: null,
  note: "",
  obvious: null,
  meaningful: null,
  confirmed: true,
  similarity: 1,
  rater: "",
};

/** What was said in this page: by search, then by number of the direction. */
type AllSaid = Record<string, Record<string, Said & { readonly time: string; readonly id: string }>>;

export class Names {
  #said: AllSaid = {};
  readonly #before: AllSaid[] = [];
  readonly #key: string;
  /** Why names cannot be kept; empty where they can. */
  #problem = "";

  constructor(
    private readonly contents: Contents,
    private readonly storage: Storage | null,
  ) {
    this.#key = `sefa_widget names ${contents.state.fingerprint ?? contents.generator.name}`;
    try {
      this.#said = parseSaid(JSON.parse(storage?.getItem(this.#key) ?? "{}"));
    } catch {
      this.#problem = "What this browser kept of an earlier visit cannot be read.";
    }
    if (!storage) this.#problem = "This browser keeps nothing for this page: save the names as a file.";
  }

  /** What is known of the directions of a search. */
  info(held: Held): LabelsInfo {
    const said = this.#of(held);
    const named = { ...held.labels.named, ...said };
    const count = Object.values(this.#said).reduce((sum, some) => sum + Object.keys(some).length, 0);
    const used = Object.values(named).map(({ name }) => name);
    const words = [...new Set([...used, ...held.labels.words])].filter(Boolean);
    const kept = { place: "this browser", problem: this.#problem, unsaved: this.#problem ? count : 0 };
    return { ...NO_LABELS, named, words, ...kept };
  }

  /** Say something of a direction; null takes all of it away that was said here. */
  say(held: Held, index: number, fields: Saying | null): void {
    if (!movable(held.info).includes(index)) throw new Error(`There is no direction ${index} in this page.`);
    this.#before.push(structuredClone(this.#said));
    const key = keyOf(held);
    const { [index]: before, ...others } = this.#said[key] ?? {};
    const shown = before ?? held.labels.named[index] ?? NEW;
    const about = { time: new Date().toISOString(), id: before?.id ?? newId(), rater: "" };
    const said = fields === null ? others : { ...others, [index]: { ...shown, ...fields, ...about } };
    this.#said = { ...this.#said, [key]: said };
    this.#keep();
  }

  takeBack(): void {
    const before = this.#before.pop();
    if (!before) throw new Error("There is nothing to take back.");
    this.#said = before;
    this.#keep();
  }

  /** Names of the directions of a search by number. */
  names(held: Held): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.info(held).named).map(([index, { name }]) => [index, name]),
    );
  }

  /** All that was said here, as `sefa_widget.load_labels` reads it. */
  json(state: State): string {
    const d = this.contents.generator.latent_dim;
    const labels = this.contents.searches.flatMap((held) =>
      Object.entries(this.#of(held)).map(([index, said]) => {
        const place = movable(held.info).indexOf(Number(index));
        const vector = held.vectors.subarray(place * d, (place + 1) * d);
        const { similarity, ...fields } = said;
        const seeds = state.starts.map(({ seed }) => seed);
        const value = held.info.values?.[Number(index)] ?? null;
        const own = { ...fields, vector: [...vector], index: Number(index), value, seeds };
        return { ...held.label, ...own, rater: "a reader of a page" };
      }),
    );
    return JSON.stringify({ format: FORMAT, version: 1, labels }, null, 1);
  }

  /** What was said of directions that this page holds: another page of the generator may hold more. */
  #of(held: Held): AllSaid[string] {
    const said = Object.entries(this.#said[keyOf(held)] ?? {});
    const known = movable(held.info);
    return Object.fromEntries(said.filter(([index]) => known.includes(Number(index))));
  }

  #keep(): void {
    if (!this.storage) return;
    try {
      this.storage.setItem(this.#key, JSON.stringify(this.#said));
      this.#problem = "";
    } catch {
      this.#problem = "This browser has no room for them: save the names as a file.";
    }
  }
}

/** Read what a browser kept; what has another form is left out. */
function parseSaid(value: unknown): AllSaid {
  if (!isFields(value)) return {};
  const read = (named: unknown) =>
    Object.entries(parseLabels({ ...NO_LABELS, named }).named).flatMap(([index, said]) => {
      const { id, time } = said as Said & { readonly id?: unknown; readonly time?: unknown };
      return typeof id === "string" && typeof time === "string"
        ? [[index, { ...said, id, time }] as const]
        : [];
    });
  return Object.fromEntries(
    Object.entries(value).map(([key, named]) => [key, Object.fromEntries(read(named))]),
  );
}

function keyOf({ method, layers, normalize }: Held): string {
  return `${method} ${layers.join("-")} ${normalize}`;
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** The browser's store for this page; null where it allows none. */
export function storageOf(page: Window): Storage | null {
  try {
    return page.localStorage;
  } catch {
    return null;
  }
}

/** What a state shows, in a sentence. */
export function describe(state: State, names: Readonly<Record<string, string>>): string {
  const moved = Object.entries(state.strengths).map(
    ([index, strength]) => `${names[index] || `direction ${index}`} ${strength.toFixed(2)}`,
  );
  const { seed, name } = chosenPin(state);
  return [name || `seed ${seed}`, ...moved].join(", ");
}
