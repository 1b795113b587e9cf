/** Numbers and names as the wire has them go in; the texts people read come out. */

import type { Layer, Range, Spectrum } from "./messages";

const METHODS: Readonly<Record<string, string>> = {
  sefa: "SeFa",
  composed: "Composed response",
  pca: "PCA",
  ica: "ICA",
};

export function methodName(method: string): string {
  return METHODS[method] ?? method.charAt(0).toUpperCase() + method.slice(1);
}

/** Three significant digits, short. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e5) return value.toExponential(1);
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
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

export function spectrumText(spectrum: Spectrum): string {
  const parts = [methodName(spectrum.method), rangeName(spectrum.layers)];
  if (spectrum.rows > 0) parts.push(`m = ${spectrum.rows}`);
  if (spectrum.normalized) parts.push("rows normalised");
  return parts.join(" · ");
}

/** "λ/m, share of the rows": what the number beside a direction is. */
export function valueName(spectrum: Spectrum | null): string {
  return spectrum?.value_symbol ? `${spectrum.value_symbol}, ${spectrum.value_name}` : "";
}

export function milliseconds(value: number): string {
  return `${value < 1 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
