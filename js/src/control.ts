/** The control of a spectrum: what the same method finds in networks before training; checked, in words, drawn. */

import { isFields, isNumber, isNumbers } from "./check";
import type { Scale } from "./spectrum-scale";

export interface ControlInfo {
  /** Why there is none; empty where there is one, or will be. */
  readonly missing: string;
  /** Of how many networks it is so far, and of how many it will be. */
  readonly networks: number;
  readonly of: number;
  /** Quantiles of the value of each direction, 5, 50 and 95 %; empty as long as there are none. */
  readonly low: readonly number[];
  readonly middle: readonly number[];
  readonly high: readonly number[];
}

/** The trait is an empty object where no control is wanted. */
export function parseControl(value: unknown): ControlInfo | null {
  if (!isFields(value) || typeof value.missing !== "string") return null;
  const { missing, networks, of, low, middle, high } = value;
  if (!isNumber(networks) || !isNumber(of)) return null;
  if (!isNumbers(low) || !isNumbers(middle) || !isNumbers(high)) return null;
  if (low.length !== middle.length || high.length !== middle.length) return null;
  return { missing, networks, of, low, middle, high };
}

/** What is seen of a control, in a sentence. */
export function controlText(control: ControlInfo | null): string {
  if (control?.missing) return control.missing;
  if (!control || control.networks === 0)
    return "The control comes when nothing else is wanted: the same method in networks before training.";
  const [made, all] = [control.networks, control.of];
  const count = made < all ? `${made} (later ${all})` : String(made);
  return `Line and band: the same method in ${count} networks before training, their median and 5 to 95 % of them; bars above the band are what training made.`;
}

/** A line and a band as paths of steps, as wide as the bars, in a box that is one high. */
export function controlPaths({ low, middle, high }: ControlInfo, scale: Scale): [string, string] {
  const y = (value: number) => (1 - scale.height(value)).toFixed(4);
  const steps = (values: readonly number[]) => values.map((value, n) => `V${y(value)}H${n + 1}`).join("");
  const back = low.map((value, n) => `V${y(value)}H${n}`).reverse();
  const [first, top] = [middle[0] ?? 0, high[0] ?? 0];
  if (middle.length === 0) return ["", ""];
  return [`M0 ${y(first)}${steps(middle)}`, `M0 ${y(top)}${steps(high)}${back.join("")}z`];
}
