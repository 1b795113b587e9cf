/** Whatever the kernel sent goes in; checked, typed messages and traits come out, or null if it is not of the wire's form. */

/** Half-open range of layers, [first, one past the last]. */
export type Range = readonly [number, number];

export interface State {
  readonly revision: number;
  /** Name of the generator that the state is of. */
  readonly generator: string;
  /** Fingerprint of that generator; null as long as the kernel has not computed it. */
  readonly fingerprint: string | null;
  readonly seed: number;
  /** Non-zero strengths by direction. */
  readonly strengths: Readonly<Record<string, number>>;
  /** Layers that are factorised. */
  readonly layers: Range;
  /** Layers whose codes are edited; null for the same as `layers`. */
  readonly edit_layers: Range | null;
  /** How directions are found; null lets the kernel choose by the layers. */
  readonly method: string | null;
  /** A second method, whose picture is drawn beside the first. */
  readonly beside: string | null;
  readonly normalize: boolean;
  /** Class of the picture, if the generator has classes. */
  readonly label: number | null;
  readonly truncation_psi: number;
  readonly truncation_cutoff: number | null;
  /** The sliders go so many times as far as their ends say. */
  readonly stretch: number;
}

/** Absolute new values of some of the state's fields. */
export type Patch = Partial<Omit<State, "revision" | "generator" | "fingerprint">>;

const STOPS = ["estimate", "change", "sharpness", "flat"] as const;

/** Not measured; changed enough; pictures break; the picture hardly changes any more. */
export type Stop = (typeof STOPS)[number];

export interface Spectrum {
  readonly method: string;
  readonly layers: Range;
  readonly normalized: boolean;
  /** Rows of the factorised weight, m; 0 for methods that read no weights. */
  readonly rows: number;
  /** What the values are, in words and as on an axis; empty where there are none. */
  readonly value_name: string;
  readonly value_symbol: string;
  /** The number beside every direction, descending; null for methods that give none. */
  readonly values: readonly number[] | null;
  /** Each direction's slider goes from -end to end; as many as there are directions. */
  readonly ends: readonly number[];
  /** Why each slider ends there. */
  readonly stops: readonly Stop[];
  /** The image change at measured ends (RMS, values go from -1 to 1); null if nothing is measured yet. */
  readonly change: number | null;
  /** Another method's directions, in the order of this one's. */
  readonly beside: Beside | null;
}

export interface Beside {
  readonly method: string;
  /** For each direction the one it is matched with, and |cos| between them. */
  readonly matches: readonly (readonly [number, number])[];
}

export interface Layer {
  readonly name: string;
  readonly resolution: number;
  /** Row of the codes that feeds it; null if it does not read the latent. */
  readonly row: number | null;
}

export interface GeneratorInfo {
  readonly name: string;
  readonly family: string;
  readonly latent_space: string;
  readonly latent_dim: number;
  readonly resolution: number;
  readonly num_classes: number;
  readonly num_codes: number;
  /** Methods that can read it. */
  readonly methods: readonly string[];
  readonly layers: readonly Layer[];
}

export type Intent =
  | { type: "hello"; view: string; seq: number; padded: boolean }
  /** `returns`: the page goes away with the view, as it does for a reload. */
  | { type: "bye"; view: string; returns: boolean }
  | { type: "probe"; view: string; seq: number; padded: boolean }
  | {
      type: "edit";
      view: string;
      seq: number;
      patch: Patch;
      moving: boolean;
      unedited: boolean;
      padded: boolean;
    };

export interface Frame {
  readonly type: "frame";
  readonly view: string;
  /** The request this answers, and all before it. */
  readonly seq: number;
  readonly revision: number;
  readonly quality: "preview" | "final";
  readonly unedited: boolean;
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  readonly render_ms: number;
}

export type Info =
  | Frame
  | { readonly type: "error"; readonly view: string; readonly seq: number; readonly message: string }
  | {
      readonly type: "progress";
      readonly view: string;
      readonly seq: number;
      readonly text: string;
      readonly fraction: number;
    }
  | { readonly type: "probe"; readonly view: string; readonly seq: number };

type Fields = Readonly<Record<string, unknown>>;

export function parseInfo(content: unknown): Info | null {
  if (!isFields(content) || typeof content.view !== "string" || !isNumber(content.seq)) return null;
  const { type, view, seq } = content;
  if (type === "probe") return { type, view, seq };
  if (type === "error" && typeof content.message === "string")
    return { type, view, seq, message: content.message };
  if (type === "progress" && typeof content.text === "string" && isNumber(content.fraction))
    return { type, view, seq, text: content.text, fraction: content.fraction };
  if (type !== "frame") return null;
  const { revision, quality, unedited, mime, width, height, render_ms } = content;
  if (!isNumber(revision) || !isNumber(width) || !isNumber(height) || !isNumber(render_ms)) return null;
  if (quality !== "preview" && quality !== "final") return null;
  if (typeof unedited !== "boolean" || typeof mime !== "string") return null;
  return { type, view, seq, revision, quality, unedited, mime, width, height, render_ms };
}

export function parseState(value: unknown): State | null {
  if (!isFields(value) || !isNumber(value.revision) || !isNumber(value.seed)) return null;
  if (!isRange(value.layers) || !isFields(value.strengths)) return null;
  if (!Object.values(value.strengths).every(isNumber)) return null;
  return {
    revision: value.revision,
    generator: typeof value.generator === "string" ? value.generator : "",
    fingerprint: typeof value.fingerprint === "string" ? value.fingerprint : null,
    seed: value.seed,
    strengths: value.strengths as Record<string, number>,
    layers: value.layers,
    edit_layers: isRange(value.edit_layers) ? value.edit_layers : null,
    method: typeof value.method === "string" ? value.method : null,
    beside: typeof value.beside === "string" ? value.beside : null,
    normalize: value.normalize === true,
    label: isNumber(value.label) ? value.label : null,
    truncation_psi: isNumber(value.truncation_psi) ? value.truncation_psi : 1,
    truncation_cutoff: isNumber(value.truncation_cutoff) ? value.truncation_cutoff : null,
    stretch: isNumber(value.stretch) ? value.stretch : 1,
  };
}

/** The spectrum is an empty object until the first factorisation is done. */
export function parseSpectrum(value: unknown): Spectrum | null {
  if (!isFields(value) || typeof value.method !== "string" || !isRange(value.layers)) return null;
  const { method, layers, rows, value_name, value_symbol, values, ends, stops } = value;
  if (!isNumber(rows) || !isNumbers(ends) || !isStops(stops)) return null;
  if (!(values === null || isNumbers(values))) return null;
  if (typeof value_name !== "string" || typeof value_symbol !== "string") return null;
  const change = isNumber(value.change) ? value.change : null;
  const normalized = value.normalized === true;
  const beside = parseBeside(value.beside);
  return { method, layers, normalized, rows, value_name, value_symbol, values, ends, stops, change, beside };
}

function parseBeside(value: unknown): Beside | null {
  if (!isFields(value) || typeof value.method !== "string") return null;
  if (!Array.isArray(value.matches) || !value.matches.every(isRange)) return null;
  return { method: value.method, matches: value.matches };
}

export function parseGeneratorInfo(value: unknown): GeneratorInfo | null {
  if (!isFields(value) || !Array.isArray(value.layers) || !value.layers.every(isLayer)) return null;
  const { name, family, latent_space, latent_dim, resolution, num_classes, num_codes, layers } = value;
  if (typeof name !== "string" || typeof family !== "string" || typeof latent_space !== "string") return null;
  if (!isNumber(latent_dim) || !isNumber(resolution) || !isNumber(num_classes) || !isNumber(num_codes))
    return null;
  const methods = Array.isArray(value.methods)
    ? value.methods.filter((name) => typeof name === "string")
    : [];
  return { name, family, latent_space, latent_dim, resolution, num_classes, num_codes, methods, layers };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}

function isStops(value: unknown): value is Stop[] {
  return Array.isArray(value) && value.every((stop) => STOPS.includes(stop));
}

function isRange(value: unknown): value is Range {
  return Array.isArray(value) && value.length === 2 && value.every(isNumber);
}

function isLayer(value: unknown): value is Layer {
  return isFields(value) && typeof value.name === "string" && isNumber(value.resolution);
}
