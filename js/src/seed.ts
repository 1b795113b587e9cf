/** Where the chosen picture begins: seed, class and truncation. */

import { disable } from "./beforehand";
import { createClassField } from "./class-field";
import { button, h, on, type Scope, setAttribute, setHidden, setProperty } from "./dom";
import { createDrawnSeeds } from "./drawn-seeds";
import type { GeneratorInfo } from "./info";
import type { Beforehand } from "./kernel";
import { numberField } from "./number-field";
import { isEmpty } from "./overlay";
import { chosenPin, type Patch, type State } from "./state";

/** The kernel takes seeds up to this, and truncation as far as this. */
const MAX_SEED = 2 ** 32 - 1;
const MAX_PSI = 2;
const NOISES = [
  ["const", "stored"],
  ["random", "fresh"],
  ["none", "off"],
] as const;
/** Random seeds are below this. */
export const RANDOM_SEEDS = 10_000_000;

export interface SeedBox {
  readonly el: HTMLElement;
  update(state: State): void;
  previous(): void;
  next(): void;
  random(): void;
}

/** `beforehand`: the pictures that there are, where no others can be drawn. */
export function createSeed(
  scope: Scope,
  info: GeneratorInfo,
  beforehand: Beforehand | null,
  onPatch: (patch: Patch) => void,
): SeedBox {
  let seed = 0;
  /** Whether it is a photo: the next seed is the first one. */
  let photo = false;
  const drawn = beforehand && createDrawnSeeds(scope, beforehand, onPatch);
  const previous = () => onPatch(drawn ? drawn.by(-1) : { seed: Math.max(0, seed - 1) });
  const next = () => onPatch(drawn ? drawn.by(1) : { seed: photo ? 0 : seed + 1 });
  const random = () => onPatch(drawn ? drawn.random() : { seed: Math.floor(Math.random() * RANDOM_SEEDS) });

  const field = numberField(scope, {
    attributes: { min: "0", max: String(MAX_SEED), step: "1", "aria-label": "Seed" },
    set: (value) => onPatch({ seed: value }),
    stays: () => `The picture is still ${photo ? "the photo" : `of seed ${seed}`}.`,
  });
  const back = button(scope, { title: "Previous seed ([)", "aria-label": "Previous seed" }, "‹", () =>
    previous(),
  );
  const forth = button(scope, { title: "Next seed (])", "aria-label": "Next seed" }, "›", next);
  const other = button(scope, { title: "Random seed (r)" }, "Random", random);
  other.disabled = beforehand !== null && beforehand.starts.length < 2;
  const seedBox = h(
    "div",
    { class: "sefa-field sefa-seed", role: "group", "aria-label": "Seed" },
    h("span", { class: "sefa-field-name" }, "Seed"),
    back,
    drawn?.el ?? field.el,
    forth,
    other,
  );

  const last = info.num_classes - 1;
  const label = createClassField(scope, info, (label) => onPatch({ label }));
  const labelBox = h(
    "div",
    { class: "sefa-field", title: `Class of the picture, 0 to ${last}` },
    h("span", {}, "Class"),
    label.el,
  );
  setHidden(labelBox, info.num_classes === 0);

  const psi = h("input", { type: "range", min: "0", max: String(MAX_PSI), step: "0.01" });
  psi.setAttribute("aria-label", "Truncation");
  const psiValue = numberField(scope, {
    attributes: {
      min: String(-MAX_PSI),
      max: String(MAX_PSI),
      step: "any",
      "aria-label": "Truncation, exactly",
    },
    format: (value) => String(Number(value.toFixed(3))),
    set: (value) => onPatch({ truncation_psi: value }),
  });
  on(scope, psi, "input", () => onPatch({ truncation_psi: Number(psi.value) }));
  const psiTitle = "Truncation ψ: 1 is the whole variety, 0 the average picture; lower is more typical";
  const psiBox = h(
    "div",
    { class: "sefa-field sefa-psi", role: "group", "aria-label": "Truncation", title: psiTitle },
    ...[h("span", {}, "Truncation ψ"), psi, psiValue.el],
  );
  setHidden(psiBox, info.latent_space === "z" && info.num_classes === 0);

  const cutoff = numberField(scope, {
    attributes: {
      ...{ min: "0", max: String(info.num_codes), step: "1", placeholder: "all" },
      "aria-label": "Truncated codes",
    },
    set: (value) => onPatch({ truncation_cutoff: value }),
    clear: () => onPatch({ truncation_cutoff: null }),
  });
  const cutoffTitle = `Truncate only the first codes, of ${info.num_codes}: later ones keep their variety; empty is all`;
  const cutoffBox = h(
    "div",
    { class: "sefa-field sefa-cutoff", title: cutoffTitle },
    ...[h("span", {}, "only the first"), cutoff.el, h("span", {}, "codes")],
  );
  setHidden(cutoffBox, Boolean(psiBox.hidden) || info.num_codes < 2);

  const noise = h("select", { "aria-label": "Noise" });
  for (const [value, text] of NOISES) noise.append(h("option", { value }, text));
  on(scope, noise, "change", () => onPatch({ noise: noise.value }));
  const noiseBox = h(
    "label",
    { class: "sefa-field", title: "Noise inputs draw fine detail: stored, fresh for each drawing, or none" },
    ...["Noise", noise],
  );
  setHidden(noiseBox, !info.noisy);
  if (beforehand) for (const box of [labelBox, psiBox, cutoffBox, noiseBox]) disable(box, beforehand.why);

  return {
    el: h("div", { class: "sefa-source" }, seedBox, labelBox, psiBox, cutoffBox, noiseBox),
    update(state) {
      const pin = chosenPin(state);
      seed = pin.seed;
      photo = pin.latent !== undefined;
      field.show(photo ? null : seed);
      setAttribute(field.input, "placeholder", photo ? "photo" : "");
      drawn?.update(state);
      back.disabled = drawn ? isEmpty(drawn.by(-1)) : seed === 0;
      forth.disabled = drawn !== null && isEmpty(drawn.by(1));
      label.show(pin.label);
      if (Number(psi.value) !== state.truncation_psi) psi.value = String(state.truncation_psi);
      psiValue.show(state.truncation_psi);
      setProperty(psi, "--at", String(Math.min(1, Math.max(0, state.truncation_psi / MAX_PSI))));
      cutoff.show(state.truncation_cutoff);
      noise.value = state.noise;
    },
    previous,
    next,
    random,
  };
}
