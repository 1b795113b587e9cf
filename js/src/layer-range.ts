/** Which layers directions are found in, and which they are applied to. */

import { disable } from "./beforehand";
import type { Range } from "./check";
import { button, h, on, type Scope, setAttribute, setHidden } from "./dom";
import { rangeName } from "./format";
import type { GeneratorInfo, Layer } from "./info";
import type { Limits } from "./kernel";
import { createRangeSelector } from "./range-selector";
import type { Patch, State } from "./state";

export interface LayerRange {
  readonly el: HTMLElement;
  update(state: State): void;
}

export function createLayerRange(
  scope: Scope,
  info: GeneratorInfo,
  limits: Limits | null,
  onPatch: (patch: Patch) => void,
): LayerRange {
  const { layers } = info;
  let state: State | null = null;

  const found = createRangeSelector(scope, "Found in", layers, (range) => onPatch({ layers: range }));
  const applied = createRangeSelector(scope, "Applied to", layers, (range) =>
    onPatch({ edit_layers: range }),
  );
  const presets = offered(layers, limits).map(({ name, title, range }) => {
    const el = button(scope, { class: "sefa-preset", "aria-pressed": "false", title }, name, () =>
      onPatch({ layers: range }),
    );
    return { el, range };
  });
  const presetRow = h("div", { class: "sefa-presets", role: "group", "aria-label": "Layer presets" });
  presetRow.append(...presets.map(({ el }) => el));

  const normalize = h("input", { type: "checkbox" });
  on(scope, normalize, "change", () => onPatch({ normalize: normalize.checked }));
  const normalizeTitle =
    "Scale every row of the weight to length one before it is factorised, so that no unit counts more than another";
  const normalizeLabel = h("label", { title: normalizeTitle }, normalize, "normalise rows");

  const tied = h("input", { type: "checkbox" });
  on(scope, tied, "change", () => onPatch({ edit_layers: tied.checked ? null : (state?.layers ?? null) }));
  const tiedTitle = "Apply the directions to the layers that they are found in; off, both ranges move alone";
  const tiedLabel = h("label", { title: tiedTitle }, tied, "apply to the same layers");
  const named = (name: string, title: string, range: HTMLElement) =>
    h("div", { class: "sefa-named-range", title }, h("h4", { "aria-hidden": "true" }, name), range);
  const appliedBox = named("Applied to", "The layers that the sliders change", applied.el);
  appliedBox.classList.add("sefa-applied");
  tiedLabel.hidden = appliedBox.hidden = info.num_codes <= 1;

  setHidden(normalizeLabel, limits !== null);

  if (limits?.beforehand) for (const box of [appliedBox, tiedLabel]) disable(box, limits.beforehand.why);

  const header = h("div", { class: "sefa-heading" }, h("h3", {}, "Layers"), presetRow);
  const options = h("div", { class: "sefa-layer-options" }, normalizeLabel, tiedLabel);
  const foundBox = named("Found in", "The layers that the directions are computed from", found.el);
  setHidden(foundBox, limits !== null);
  return {
    el: h("section", { class: "sefa-layers", "aria-label": "Layers" }, header, foundBox, appliedBox, options),
    update(next) {
      state = next;
      found.update(next.layers);
      applied.update(next.edit_layers ?? next.layers);
      tied.checked = next.edit_layers === null;
      normalize.checked = next.normalize;
      for (const { el, range } of presets)
        setAttribute(el, "aria-pressed", String(range[0] === next.layers[0] && range[1] === next.layers[1]));
    },
  };
}

/** The presets, or the ranges that a kernel is limited to: with the name of the preset, where it is one. */
function offered(layers: readonly Layer[], limits: Limits | null): Preset[] {
  const presets = layerPresets(layers);
  if (!limits) return presets;
  const ranges = [...new Map(limits.layers.map((range) => [range.join(), range])).values()];
  return ranges.map((range) => {
    const name = rangeName(range);
    return presets.find((preset) => preset.range.join() === range.join()) ?? { name, title: name, range };
  });
}

export interface Preset {
  /** Only what is true of any network: the sizes of its layers. */
  readonly name: string;
  readonly title: string;
  readonly range: Range;
}

/** Layers of small networks belong to the bottom up to this resolution, to the middle up to twice as much. */
const SMALL_BOTTOM = 8;

/**
 * Ranges worth a button, if there are enough layers that read the latent: SeFa's bottom, middle and top for networks of
 * its sizes, and what does the same at lower resolutions.
 */
export function layerPresets(layers: readonly Layer[]): Preset[] {
  const n = layers.length;
  const preset = (range: Range, word: string, name = pixels(layers.slice(...range))): Preset => {
    return { name, title: `${word}: ${rangeName(range)}, ${pixels(layers.slice(...range))}`, range };
  };
  const three = (middle: number, last: number) => [
    preset([0, middle], "Bottom"),
    preset([middle, last], "Middle"),
    preset([last, n], "Top"),
  ];
  const all = preset([0, n], "All", "all");
  const reading = layers.filter((layer) => layer.row !== null).length;
  const top = layers[n - 1]?.resolution ?? 0;
  if (reading >= 7 && top >= 4 * SMALL_BOTTOM && top <= 8 * SMALL_BOTTOM) {
    const middle = layers.findIndex(({ resolution }) => resolution > SMALL_BOTTOM);
    const last = layers.findIndex(({ resolution }) => resolution > 2 * SMALL_BOTTOM);
    // A StyleGAN3 has no layer as small.
    if (0 < middle && middle < last) return [...three(middle, last), all];
  }
  if (reading >= 7) return [...three(2, 6), all];
  const latentOnly = reading === 1 && layers[0]?.row !== null && n > 1;
  return latentOnly ? [preset([0, 1], "The layer that reads the latent", "latent only"), all] : [all];
}

/** "4–8 px", or "16 px" where all layers are of one size. */
function pixels(layers: readonly Layer[]): string {
  const sizes = layers.map(({ resolution }) => resolution);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return least === most ? `${most} px` : `${least}–${most} px`;
}
