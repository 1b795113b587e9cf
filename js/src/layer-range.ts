/** Which layers are factorised, and which are edited. */

import type { Range } from "./check";
import { button, h, on, type Scope } from "./dom";
import type { GeneratorInfo, Layer } from "./info";
import { createRangeSelector } from "./range-selector";
import type { Patch, State } from "./state";

export interface LayerRange {
  readonly el: HTMLElement;
  update(state: State): void;
}

export function createLayerRange(
  scope: Scope,
  info: GeneratorInfo,
  onPatch: (patch: Patch) => void,
): LayerRange {
  const { layers } = info;
  let state: State | null = null;

  const factorise = createRangeSelector(scope, "Factorised layers", layers, (range) =>
    onPatch({ layers: range }),
  );
  const edit = createRangeSelector(scope, "Edited layers", layers, (range) =>
    onPatch({ edit_layers: range }),
  );
  const presets = layerPresets(layers).map(({ name, range }) => {
    const el = button(scope, { class: "sefa-preset", "aria-pressed": "false" }, name, () =>
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
  const tiedLabel = h(
    "label",
    { title: "Edit the same layers that are factorised" },
    tied,
    "edit the same layers",
  );
  const editBox = h("div", { class: "sefa-edit-layers" }, h("h4", {}, "Edit"), edit.el);
  if (info.num_codes <= 1) tiedLabel.hidden = true;

  const header = h("div", { class: "sefa-heading" }, h("h3", {}, "Layers"), presetRow);
  const options = h("div", { class: "sefa-layer-options" }, normalizeLabel, tiedLabel);
  const first = h("h4", {}, "Factorise");
  return {
    el: h(
      "section",
      { class: "sefa-layers", "aria-label": "Layers" },
      header,
      first,
      factorise.el,
      editBox,
      options,
    ),
    update(next) {
      state = next;
      factorise.update(next.layers);
      edit.update(next.edit_layers ?? next.layers);
      editBox.hidden = first.hidden = info.num_codes <= 1 || next.edit_layers === null;
      tied.checked = next.edit_layers === null;
      normalize.checked = next.normalize;
      for (const { el, range } of presets)
        el.setAttribute("aria-pressed", String(range[0] === next.layers[0] && range[1] === next.layers[1]));
    },
  };
}

export interface Preset {
  readonly name: string;
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
  const all: Preset = { name: "all", range: [0, n] };
  const reading = layers.filter((layer) => layer.row !== null).length;
  const top = layers[n - 1]?.resolution ?? 0;
  if (reading >= 7 && top >= 4 * SMALL_BOTTOM && top <= 8 * SMALL_BOTTOM) {
    const middle = layers.findIndex(({ resolution }) => resolution > SMALL_BOTTOM);
    const last = layers.findIndex(({ resolution }) => resolution > 2 * SMALL_BOTTOM);
    return [
      { name: `bottom 4–${SMALL_BOTTOM} px`, range: [0, middle] },
      { name: `middle ${2 * SMALL_BOTTOM} px`, range: [middle, last] },
      { name: `top ${4 * SMALL_BOTTOM}–${top} px`, range: [last, n] },
      all,
    ];
  }
  if (reading >= 7)
    return [
      { name: "bottom 0–1", range: [0, 2] },
      { name: "middle 2–5", range: [2, 6] },
      { name: `top 6–${n - 1}`, range: [6, n] },
      all,
    ];
  const latentOnly = reading === 1 && layers[0]?.row !== null && n > 1;
  return latentOnly ? [{ name: "latent only", range: [0, 1] }, all] : [all];
}
