/** What a page holds besides its network or pictures: the generator, the directions, and where to begin. */

import { type Fields, isFields, isNumber, isNumbers, isTexts, type Range } from "../check";
import {
  type DirectionsInfo,
  type GeneratorInfo,
  movable,
  parseDirections,
  parseGeneratorInfo,
} from "../info";
import { type LabelsInfo, parseLabels } from "../labels";
import { parseState, type State } from "../state";
import { type Drawn, parseDrawn } from "./drawn";
import { DamagedPage } from "./unpack";

/** The directions of one search. */
export interface Held {
  readonly method: string;
  readonly layers: Range;
  readonly normalize: boolean;
  /** Options that they were found with. */
  readonly options: Fields;
  /** Code rows that they move. */
  readonly rows: readonly number[];
  readonly info: DirectionsInfo;
  readonly labels: LabelsInfo;
  /** A label of one of them as files have it, without what is of the single direction. */
  readonly label: Readonly<Record<string, unknown>>;
  /** Of the directions that can be moved: `[k, d]`, one after another. */
  readonly vectors: Float32Array;
}

/** How the network is fed; see `PageModel` in Python. */
export interface Network {
  readonly z_dim: number;
  readonly width: number;
  readonly truncates: boolean;
  readonly most_psi: number | null;
}

/** One question of a lesson. */
export interface Step {
  readonly title: string;
  readonly text: string;
  readonly question: string;
  /** What can be chosen; none where the answer is a text. */
  readonly choices: readonly string[];
  /** What is told when an answer was given, by the choice; for a text, its only entry. */
  readonly told: readonly string[];
  /** What the panel shows at this step; fields that are left out stay as they are. */
  readonly state: Readonly<Record<string, unknown>>;
}

export interface Contents {
  readonly generator: GeneratorInfo;
  readonly state: State;
  readonly searches: readonly Held[];
  /** Pixels of a picture. */
  readonly height: number;
  readonly width: number;
  /** How the generator is fed, where it runs in the page. */
  readonly network: Network | null;
  /** What was drawn beforehand, where it does not. */
  readonly drawn: Drawn | null;
  readonly title: string;
  /** Lines on what the page is. */
  readonly about: readonly string[];
  /** Name under which the generator is opened in Python; null where it is not known. */
  readonly source: string | null;
  readonly lesson: readonly Step[];
}

export function otherVersion(): DamagedPage {
  return new DamagedPage("This page was made by another version of sefa_widget than its program.");
}

/** Read the contents of a page; its vectors stand in a block of their own. */
export function parseContents(text: string, vectors: Float32Array): Contents {
  const value: unknown = JSON.parse(text);
  const damaged = otherVersion();
  if (!isFields(value) || !Array.isArray(value.searches)) throw damaged;
  const generator = parseGeneratorInfo(value.generator);
  const state = parseState(value.state);
  const [network, drawn] = [parseNetwork(value.network), parseDrawn(value.drawn, value.searches.length)];
  if (!generator || !state || (network === null) === (drawn === null)) throw damaged;
  let place = 0;
  const searches = value.searches.map((search: unknown): Held => {
    const found = isFields(search) ? parseDirections(search.info) : null;
    if (!isFields(search) || !found || !isNumbers(search.rows) || !isFields(search.label)) throw damaged;
    const size = movable(found).length * generator.latent_dim;
    place += size;
    return {
      method: found.method,
      layers: found.layers,
      normalize: search.normalize === true,
      options: isFields(search.options) ? search.options : {},
      rows: search.rows,
      info: found,
      labels: parseLabels(search.labels),
      label: search.label,
      vectors: vectors.subarray(place - size, place),
    };
  });
  if (place !== vectors.length || searches.length === 0) throw damaged;
  const { about, title, source, lesson } = value;
  return {
    generator,
    state,
    searches,
    height: drawn?.height ?? generator.resolution,
    width: drawn?.width ?? network?.width ?? generator.resolution,
    network,
    drawn,
    title: typeof title === "string" ? title : generator.name,
    about: Array.isArray(about) && isTexts(about) ? about : [],
    source: typeof source === "string" ? source : null,
    lesson: Array.isArray(lesson) ? lesson.flatMap(parseStep) : [],
  };
}

function parseNetwork(value: unknown): Network | null {
  if (!isFields(value) || !isNumber(value.z_dim) || !isNumber(value.width)) return null;
  const most_psi = isNumber(value.most_psi) ? value.most_psi : null;
  return { z_dim: value.z_dim, width: value.width, truncates: value.truncates === true, most_psi };
}

function parseStep(value: unknown): Step[] {
  if (!isFields(value) || !isFields(value.state)) return [];
  const { title, text, question, choices, told, state } = value;
  if (!Array.isArray(choices) || !isTexts(choices) || !Array.isArray(told) || !isTexts(told)) return [];
  if (typeof title !== "string" || typeof text !== "string" || typeof question !== "string") return [];
  return [{ title, text, question, choices, told, state }];
}
