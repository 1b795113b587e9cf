/** The methods a generator can be read by and the wanted state go in; a choice of method, and patches, come out. */

import { h, on, type Scope } from "./dom";
import { methodName } from "./format";
import type { GeneratorInfo, Patch, State } from "./messages";

export interface MethodChoice {
  readonly el: HTMLElement;
  update(state: State): void;
}

export function createMethod(
  scope: Scope,
  info: GeneratorInfo,
  onPatch: (patch: Patch) => void,
): MethodChoice {
  const select = h("select", {});
  select.append(h("option", { value: "" }, "by layer"));
  select.append(...info.methods.map((name) => h("option", { value: name }, methodName(name))));
  on(scope, select, "change", () => onPatch({ method: select.value === "" ? null : select.value }));
  const title =
    "How directions are found; by layer is SeFa where the latent is read, else the composed response";
  const el = h("label", { class: "sefa-method-choice", title }, "Method", select);
  el.hidden = info.methods.length < 2;
  return {
    el,
    update(state) {
      select.value = state.method ?? "";
    },
  };
}
