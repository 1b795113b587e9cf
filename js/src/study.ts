/** The study that runs, as the kernel tells it. */

import { type Fields, isFields, isNumber, isNumbers, isRange, isTexts } from "./check";

/** What a rater said to one question. */
export interface Answer {
  readonly obvious: boolean;
  readonly meaningful: boolean;
  readonly name: string;
}

/** The counts of one group of layers, or of its random directions. */
export interface Count {
  readonly group: string;
  readonly control: boolean;
  readonly asked: number;
  readonly answers: number;
  /** How many of how many, with an interval. */
  readonly obvious: string;
  readonly meaningful: string;
}

/** How far raters agree on one question; null where it is not defined. */
export interface Agreement {
  readonly question: string;
  readonly fleiss: number | null;
  readonly krippendorff: number | null;
  /** Kappa of each two raters; none where there are too many. */
  readonly cohen: readonly (readonly [string, string, number | null])[];
  /** The lowest and the highest of these. */
  readonly range: readonly [number, number] | null;
  /** How many questions all raters answered. */
  readonly common: number;
}

export interface Result {
  readonly rows: readonly Count[];
  readonly false_positives: string;
  readonly agreement: readonly Agreement[];
  /** Name and number of answers. */
  readonly raters: readonly (readonly [string, number])[];
  /** How many answers are of none of its directions. */
  readonly ignored: number;
}

export interface StudyInfo {
  readonly name: string;
  /** The name to propose to who answers. */
  readonly user: string;
  /** Who answers; empty as long as nobody has said it. */
  readonly rater: string;
  readonly seeds: readonly number[];
  /** How many questions there are. */
  readonly count: number;
  /** Name, how many are answered and of how many. */
  readonly groups: readonly (readonly [string, number, number])[];
  /** Answers that are kept, by the place of the question. */
  readonly said: Readonly<Record<string, Answer>>;
  readonly result: Result | null;
  /** Why there is no result; empty where there is one. */
  readonly uncounted: string;
  readonly place: string;
  readonly problem: string;
  readonly unsaved: number;
}

/** Read the trait; null where no study runs. */
export function parseStudy(value: unknown): StudyInfo | null {
  if (!isFields(value)) return null;
  const { name, user, rater, seeds, count, groups, said, uncounted, place, problem, unsaved } = value;
  const texts = [name, user, rater, uncounted, place, problem];
  if (!isTexts(texts) || !isNumbers(seeds) || !isNumber(count) || !isNumber(unsaved)) return null;
  if (!Array.isArray(groups) || !groups.every(isGroup)) return null;
  if (!isFields(said) || !Object.values(said).every(isAnswer)) return null;
  return {
    name: name as string,
    user: user as string,
    rater: rater as string,
    seeds,
    count,
    groups,
    said: said as Record<string, Answer>,
    result: parseResult(value.result),
    uncounted: uncounted as string,
    place: place as string,
    problem: problem as string,
    unsaved,
  };
}

function parseResult(value: unknown): Result | null {
  if (!isFields(value)) return null;
  const { rows, false_positives, agreement, raters, ignored } = value;
  if (!Array.isArray(rows) || !rows.every(isCount) || typeof false_positives !== "string") return null;
  if (!Array.isArray(agreement) || !agreement.every(isAgreement) || !isNumber(ignored)) return null;
  if (!Array.isArray(raters) || !raters.every(isRater)) return null;
  return { rows, false_positives, agreement, raters, ignored };
}

function isGroup(value: unknown): value is [string, number, number] {
  return Array.isArray(value) && typeof value[0] === "string" && isRange(value.slice(1));
}

function isRater(value: unknown): value is [string, number] {
  return Array.isArray(value) && typeof value[0] === "string" && isNumber(value[1]);
}

function isAnswer(value: unknown): value is Answer {
  if (!isFields(value) || typeof value.name !== "string") return false;
  return typeof value.obvious === "boolean" && typeof value.meaningful === "boolean";
}

function isCount(value: unknown): value is Count {
  if (!isFields(value) || !isTexts([value.group, value.obvious, value.meaningful])) return false;
  return typeof value.control === "boolean" && isNumber(value.asked) && isNumber(value.answers);
}

function isAgreement(value: unknown): value is Agreement {
  if (!isFields(value) || typeof value.question !== "string" || !isNumber(value.common)) return false;
  const { fleiss, krippendorff, cohen, range } = value as Fields;
  if (![fleiss, krippendorff].every(isKappa)) return false;
  if (range !== null && !isNumbers(range)) return false;
  return (
    Array.isArray(cohen) && cohen.every((pair) => isTexts(pair?.slice?.(0, 2) ?? [0]) && isKappa(pair[2]))
  );
}

function isKappa(value: unknown): value is number | null {
  return value === null || isNumber(value);
}
