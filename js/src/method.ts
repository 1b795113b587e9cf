/** The methods a generator can be read by and the wanted state go in; a choice of one method or two, and patches, come out. */

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
  const choice = (nothing: string, pick: (method: string | null) => void) => {
    const select = h("select", {});
    select.append(h("option", { value: "" }, nothing));
    select.append(...info.methods.map((name) => h("option", { value: name }, methodName(name))));
    on(scope, select, "change", () => pick(select.value === "" ? null : select.value));
    return select;
  };
  const method = choice("by layer", (name) => onPatch({ method: name }));
  const beside = choice("nothing", (name) => onPatch({ beside: name }));
  const title =
    "How directions are found; by layer is SeFa where the latent is read, else the composed response";
  const besideTitle =
    "A second method: its picture is drawn at the right, each slider moves the matched direction";
  const el = h(
    "div",
    { class: "sefa-methods" },
    h("label", { title }, "Method", method),
    h("label", { title: besideTitle }, "beside", beside),
  );
  el.hidden = info.methods.length < 2;
  return {
    el,
    update(state) {
      method.value = state.method ?? "";
      beside.value = state.beside ?? "";
    },
  };
}
