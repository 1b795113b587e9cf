/** What persons said of the directions, as the kernel tells it. */

import { isFields, isNumber, isRange, isTexts } from "./check";

/** What is known of one direction. */
export interface Said {
  /** Empty where a person answered without a name. */
  readonly name: string;
  /** Which end has what the name says: 1 or -1. */
  readonly sign: number;
  /** Useful strengths; null where nobody said. */
  readonly range: readonly [number, number] | null;
  readonly note: string;
  readonly obvious: boolean | null;
  readonly meaningful: boolean | null;
  /** False for a proposal that no person has confirmed. */
  readonly confirmed: boolean;
  /** |cos| with the direction that it was said of: 1 for this very one. */
  readonly similarity: number;
  readonly rater: string;
}

/** What a scorer sees a direction do. */
export interface Proposed {
  /** A name for it; empty where random directions do as much. */
  readonly name: string;
  /** Which end has more of it: 1 or -1. */
  readonly sign: number;
  /** How much attributes change, in words. */
  readonly seen: string;
}

/** A name that a person can take. */
export interface Offer {
  readonly name: string;
  readonly sign: number;
  /** Where it is from, in words. */
  readonly why: string;
}

/** What the panel can change of it. */
export type Saying = Partial<Omit<Said, "similarity" | "rater">>;

export interface LabelsInfo {
  /** By number of the direction. */
  readonly named: Readonly<Record<string, Said>>;
  /** Names of directions that are only loosely alike. */
  readonly offered: Readonly<Record<string, Said>>;
  readonly proposed: Readonly<Record<string, Proposed>>;
  /** How many directions of each group of layers have a name, in words. */
  readonly progress: string;
  /** Why the scorer proposes nothing any more; empty while it does, or where there is none. */
  readonly unscored: string;
  /** How many names of other searches were found again, in words. */
  readonly again: string;
  /** Names to propose. */
  readonly words: readonly string[];
  /** Where labels are kept. */
  readonly place: string;
  /** Why they cannot be kept there; empty where they can. */
  readonly problem: string;
  /** How many are in memory only. */
  readonly unsaved: number;
  readonly rater: string;
}

export const NO_LABELS: LabelsInfo = {
  named: {},
  offered: {},
  proposed: {},
  unscored: "",
  progress: "",
  again: "",
  words: [],
  place: "",
  problem: "",
  unsaved: 0,
  rater: "",
};

/** Read the trait; a kernel that tells none has no labels. */
export function parseLabels(value: unknown): LabelsInfo {
  if (!isFields(value)) return NO_LABELS;
  const { again, words, place, problem, unsaved, rater, unscored = "", progress = "" } = value;
  const texts = [again, place, problem, rater, unscored, progress];
  if (!isTexts(texts) || !Array.isArray(words) || !isTexts(words) || !isNumber(unsaved)) return NO_LABELS;
  const [said, where, trouble, who, failed, groups] = texts as string[] as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const named = parseAll(value.named);
  const offered = parseAll(value.offered);
  const proposed = parseProposed(value.proposed);
  const kept = { place: where, problem: trouble, unsaved, rater: who };
  return { named, offered, proposed, unscored: failed, progress: groups, again: said, words, ...kept };
}

function parseAll(value: unknown): Record<string, Said> {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, Said] => isSaid(entry[1])),
  );
}

function parseProposed(value: unknown): Record<string, Proposed> {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, Proposed] =>
        isFields(entry[1]) && isTexts([entry[1].name, entry[1].seen]) && isNumber(entry[1].sign),
    ),
  );
}

function isSaid(value: unknown): value is Said {
  if (!isFields(value) || !isTexts([value.name, value.note, value.rater])) return false;
  if (value.range !== null && !isRange(value.range)) return false;
  const answers = [value.obvious, value.meaningful].every(
    (answer) => answer === null || typeof answer === "boolean",
  );
  return (
    answers && isNumber(value.sign) && isNumber(value.similarity) && typeof value.confirmed === "boolean"
  );
}

/** What is wrong with the store, in words, and what to do; empty where all is saved. */
export function notSaved({ unsaved, problem }: Pick<LabelsInfo, "unsaved" | "problem">): string {
  if (unsaved === 0) return "";
  const many = `${unsaved} ${unsaved === 1 ? "label is" : "labels are"}`;
  return `Not saved: ${problem} ${many} in memory; panel.labels.save("labels.json") writes a file.`;
}

/** A name to take for a direction: that of one like it, or what a scorer sees it do. */
export function offerOf({ offered, proposed }: LabelsInfo, index: number): Offer | undefined {
  const like = offered[index];
  if (like) {
    const why = `Loosely like “${like.name}” of another search, |cos| = ${like.similarity}: look first.`;
    return { name: like.name, sign: like.sign, why };
  }
  const seen = proposed[index];
  return seen?.name ? { name: seen.name, sign: seen.sign, why: `The scorer sees: ${seen.seen}.` } : undefined;
}

/** The name of a direction; empty where it has none. */
export function nameOf({ named }: LabelsInfo, index: number): string {
  return named[index]?.name ?? "";
}

/** The number of the direction that a text names: the whole name, or the only one that it is a part of. */
export function directionNamed({ named }: LabelsInfo, text: string): number | null {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return null;
  const names = Object.entries(named).map(
    ([index, { name }]) => [Number(index), name.toLowerCase()] as const,
  );
  const exact = names.find(([, name]) => name === wanted);
  if (exact) return exact[0];
  const parts = names.filter(([, name]) => name.includes(wanted));
  return parts.length === 1 && parts[0] ? parts[0][0] : null;
}
