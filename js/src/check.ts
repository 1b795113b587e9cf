/** Checks of what the kernel sent: is it of the form that is expected. */

/** Half-open range of layers, [first, one past the last]. */
export type Range = readonly [number, number];

/** Top, left, bottom, right, as fractions of the picture. */
export type Box = readonly [number, number, number, number];

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}

/** Also of any other pair of numbers. */
export function isRange(value: unknown): value is Range {
  return isNumbers(value) && value.length === 2;
}

export function isBox(value: unknown): value is Box {
  return isNumbers(value) && value.length === 4;
}

export function isTexts(values: readonly unknown[]): values is string[] {
  return values.every((value) => typeof value === "string");
}
