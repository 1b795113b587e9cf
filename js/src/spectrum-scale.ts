/** How high the bars of a spectrum are, and what stands beside them: linear, or by powers of ten. */

/** How many powers of ten a chart shows at most: what is smaller has no bar. */
const DECADES = 6;

export interface Scale {
  /** Height of a value, 0 to 1. */
  height(value: number): number;
  /** Round values, and how high they stand. */
  readonly ticks: readonly { readonly text: string; readonly height: number }[];
}

/** From zero to a little above the largest value. */
export function linearScale(values: readonly number[]): Scale {
  const ticks = niceTicks(Math.max(...values, 0));
  const top = Math.max(ticks.at(-1) ?? 1, ...values);
  const height = (value: number) => Math.max(0, value / top);
  return { height, ticks: ticks.map((tick) => ({ text: String(tick), height: height(tick) })) };
}

/** From the power of ten below the smallest value above zero to the largest one. */
export function logScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return linearScale(values);
  const top = Math.log10(Math.max(...positive));
  const least = Math.max(Math.floor(top) - DECADES, Math.ceil(Math.log10(Math.min(...positive))) - 1);
  const bottom = Math.min(least, Math.ceil(top) - 1);
  const height = (value: number) =>
    value > 0 ? Math.max(0, (Math.log10(value) - bottom) / (top - bottom)) : 0;
  const powers = Array.from({ length: Math.floor(top) - bottom + 1 }, (_, place) => bottom + place);
  const step = Math.ceil(powers.length / 3);
  const shown = powers.filter((_, place) => (powers.length - 1 - place) % step === 0);
  const ticks = shown.map((power) => ({ text: powerText(power), height: (power - bottom) / (top - bottom) }));
  return { height, ticks };
}

function powerText(power: number): string {
  return power < -3 || power > 3 ? `1e${power}` : String(Number((10 ** power).toPrecision(1)));
}

/** One or two round values from above zero up to at most `top`. */
export function niceTicks(top: number): number[] {
  if (!(top > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(top / 2));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => top / size < 3) ?? 10 * power;
  const ticks: number[] = [];
  for (let i = 1; i * step <= top * 1.0001; i++) ticks.push(Number((i * step).toPrecision(3)));
  return ticks;
}
