/** The texts that people read for numbers and names of the wire. */

import type { Range } from "./check";
import type { DirectionsInfo, Layer } from "./info";

/** Three significant digits, short. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e5) return value.toExponential(1);
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Three digits at most: 0.57, 2.19, 10.2, 300. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

/** "+0.57", "−2.19" or "0". */
export function signed(value: number): string {
  const sign = value < 0 ? "−" : value > 0 ? "+" : "";
  return sign + shortNumber(Math.abs(value));
}

/** "layer 0" or "layers 0–2" of a half-open range. */
export function rangeName([first, end]: Range): string {
  return end - first === 1 ? `layer ${first}` : `layers ${first}–${end - 1}`;
}

/** "layers 0–2: latent projection … 16x16 conv". */
export function rangeText(range: Range, layers: readonly Layer[]): string {
  const [first, last] = [layers[range[0]], layers[range[1] - 1]];
  if (!first || !last) return rangeName(range);
  return `${rangeName(range)}: ${first === last ? first.name : `${first.name} … ${last.name}`}`;
}

export function spectrumText(spectrum: DirectionsInfo): string {
  const parts = [spectrum.title, rangeName(spectrum.layers)];
  if (spectrum.rows > 0) parts.push(`m = ${spectrum.rows}`);
  if (spectrum.normalized) parts.push("rows normalised");
  return parts.join(" · ");
}

/** "λ/m, share of the rows": what the number beside a direction is. */
export function valueName(spectrum: DirectionsInfo | null): string {
  return spectrum?.value_symbol ? `${spectrum.value_symbol}, ${spectrum.value_name}` : "";
}

export function milliseconds(value: number): string {
  return `${value < 1 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** A word for how alike two matched directions are, by |cos| and what random ones reach. */
export function likeness(cosine: number, chance: number): string {
  if (cosine <= chance) return "no closer than chance";
  if (cosine >= 0.95) return "the same";
  return cosine >= 0.8 ? "close" : "loosely alike";
}

/** How much of the total the first few hold, where the values are shares of something. */
export function heldText(spectrum: DirectionsInfo | null, count: number): string {
  const values = spectrum?.values ?? [];
  const total = values.reduce((sum, value) => sum + value, 0);
  if (!spectrum?.value_name.startsWith("share") || !(total > 0)) return "";
  const held = values.slice(0, count).reduce((sum, value) => sum + value, 0);
  return `${Math.round((100 * held) / total)} %`;
}

/** How many directions the text below the bars tells the share of. */
const FIRST = 10;

/** "First 10 hold 52 % of the total", where the values are shares of something. */
export function shareText(spectrum: DirectionsInfo | null): string {
  const held = (spectrum?.values ?? []).length > FIRST ? heldText(spectrum, FIRST) : "";
  return held && `First ${FIRST} hold ${held} of the total`;
}
