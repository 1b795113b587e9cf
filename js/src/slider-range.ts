/** Where the sliders end: what it means in words, and the choice to go farther. */

import { button, h, type Scope, setAttribute, setHidden, setText } from "./dom";
import { shortNumber } from "./format";
import type { DirectionsInfo, Stop } from "./info";
import type { Beforehand } from "./kernel";
import type { State } from "./state";

/** A slider has at least this many steps on each side of zero. */
const STEPS = 500;
export const STRETCHES = [1, 2, 5] as const;

export interface SliderRange {
  readonly el: HTMLElement;
  update(stretch: number, spectrum: DirectionsInfo | null): void;
}

/** `beforehand`: where the strengths were drawn, so that the sliders go no farther. */
export function createSliderRange(
  scope: Scope,
  beforehand: Beforehand | null,
  onStretch: (stretch: number) => void,
): SliderRange {
  const meaning = h("p", { class: "sefa-ends-meaning" });
  const choices = STRETCHES.map((stretch) => {
    const title =
      stretch === 1 ? "The sliders end where their text says" : `The sliders go ${stretch} times as far`;
    const label = `Range times ${stretch}`;
    const attributes = { title, "aria-label": label, "aria-pressed": "false" };
    return { stretch, el: button(scope, attributes, `×${stretch}`, () => onStretch(stretch)) };
  });
  const group = h("div", { class: "sefa-stretch", role: "group", "aria-label": "Range of the sliders" });
  group.append("Range", ...choices.map(({ el }) => el));
  setHidden(group, beforehand !== null);
  return {
    el: h("div", { class: "sefa-slider-range" }, meaning, group),
    update(stretch, spectrum) {
      setText(meaning, meaningOf(stretch, spectrum));
      meaning.title = measureOf(spectrum);
      for (const choice of choices)
        setAttribute(choice.el, "aria-pressed", String(choice.stretch === stretch));
    },
  };
}

/** Where the slider of a direction ends: where a person said, or where it is measured to, stretched. */
export function endOf({ ranges, stretch }: State, found: DirectionsInfo | null, index: number): number {
  return ranges[index] ?? stretch * (found?.ends[index] || 1);
}

/** Round to the slider's steps, which are round numbers: zero is exactly zero, and one is one. */
export function snap(strength: number, end: number, limit = end): number {
  const decade = 10 ** Math.floor(Math.log10(end / STEPS));
  const step = decade * ([5, 2].find((part) => part * decade <= end / STEPS) ?? 1);
  const rounded = Number((Math.round(strength / step) * step).toPrecision(6)) || 0;
  return Math.min(limit, Math.max(-limit, rounded));
}

/** A slider's end in the row: measured ±, estimated ≈, and > if the strength lies beyond it. */
export function endLabel(end: number, stop: Stop | null, beyond: boolean): string {
  return `${beyond ? ">" : stop === "estimate" ? "≈" : "±"}${shortNumber(end)}`;
}

const REASONS: Readonly<Record<Stop, string>> = {
  change: "there the picture has changed by half the difference between two seeds",
  sharpness: "farther out pictures break: they become blurred or rough",
  flat: "farther out the picture hardly changes any more",
  estimate: "an estimate, not measured yet",
};

/** Why a slider ends where it does, for a tooltip; without a stop a person said it. */
export function endTitle(end: number, stop: Stop | null, stretch: number): string {
  if (stop === null) return `You let the slider end at ${shortNumber(end)}`;
  const times = stretch === 1 ? "" : `, stretched ${stretch} times`;
  return `The slider ends at ${shortNumber(end / stretch)}${times}: ${REASONS[stop]}`;
}

function meaningOf(stretch: number, spectrum: DirectionsInfo | null): string {
  if (spectrum === null) return "";
  if (spectrum.change === null) return "The ends of the sliders are estimates until they are measured.";
  if (stretch > 1)
    return `${stretch} times as far as half the difference between two seeds: pictures may break.`;
  return "At its end a slider changes the picture by half the difference between two seeds.";
}

function measureOf(spectrum: DirectionsInfo | null): string {
  if (spectrum === null || spectrum.change === null) return "";
  const measured = `Half the difference is ${spectrum.change}: root mean square over pixels and channels, where values go from -1 to 1, on average over seeds.`;
  return `${measured} A slider ends earlier where pictures break; ≈ is an estimate.`;
}
