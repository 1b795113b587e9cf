/** Where the chosen picture begins: seed, class and truncation. */

import { button, h, numberField, on, type Scope, setText } from "./dom";
import type { GeneratorInfo } from "./info";
import { chosenPin, type Patch, type State } from "./state";

/** Random seeds are below this. */
export const RANDOM_SEEDS = 10_000_000;

export interface SeedBox {
  readonly el: HTMLElement;
  update(state: State): void;
  previous(): void;
  next(): void;
  random(): void;
}

export function createSeed(scope: Scope, info: GeneratorInfo, onPatch: (patch: Patch) => void): SeedBox {
  let seed = 0;
  const previous = () => onPatch({ seed: Math.max(0, seed - 1) });
  const next = () => onPatch({ seed: seed + 1 });
  const random = () => onPatch({ seed: Math.floor(Math.random() * RANDOM_SEEDS) });

  const field = numberField(scope, { min: "0", step: "1", "aria-label": "Seed" }, String, (value) =>
    onPatch({ seed: value }),
  );
  const seedBox = h(
    "div",
    { class: "sefa-field sefa-seed", role: "group", "aria-label": "Seed" },
    h("span", { class: "sefa-field-name" }, "Seed"),
    button(scope, { title: "Previous seed ([)", "aria-label": "Previous seed" }, "‹", previous),
    field.el,
    button(scope, { title: "Next seed (])", "aria-label": "Next seed" }, "›", next),
    button(scope, { title: "Random seed (r)" }, "Random", random),
  );

  const last = info.num_classes - 1;
  const label = numberField(scope, { min: "0", max: String(last), step: "1" }, String, (value) =>
    onPatch({ label: value }),
  );
  const labelBox = h(
    "label",
    { class: "sefa-field", title: `Class of the picture, 0 to ${last}` },
    "Class",
    label.el,
  );
  labelBox.hidden = info.num_classes === 0;

  const psi = h("input", { type: "range", min: "0", max: "1.5", step: "0.01" });
  const psiValue = h("output", { class: "sefa-psi-value" });
  on(scope, psi, "input", () => onPatch({ truncation_psi: Number(psi.value) }));
  const psiTitle = "Truncation ψ: 1 is the whole variety, 0 the average picture";
  const psiBox = h("label", { class: "sefa-field sefa-psi", title: psiTitle }, "Truncation ψ", psi, psiValue);
  psiBox.hidden = info.latent_space !== "w" && info.num_classes === 0;

  return {
    el: h("div", { class: "sefa-source" }, seedBox, labelBox, psiBox),
    update(state) {
      const pin = chosenPin(state);
      seed = pin.seed;
      field.show(seed);
      label.show(pin.label);
      if (Number(psi.value) !== state.truncation_psi) psi.value = String(state.truncation_psi);
      setText(psiValue, state.truncation_psi.toFixed(2));
      psi.style.setProperty("--at", String(Math.min(1, state.truncation_psi / 1.5)));
    },
    previous,
    next,
    random,
  };
}
