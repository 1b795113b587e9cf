/** How directions are found: the method, its options, and a second search beside the first. */

import type { Range } from "./check";
import { h, on, type Scope, setHidden } from "./dom";
import type { GeneratorInfo } from "./info";
import type { Limits } from "./kernel";
import { layerPresets } from "./layer-range";
import { createOptions } from "./options";
import type { Patch, State } from "./state";

export interface MethodChoice {
  readonly el: HTMLElement;
  update(state: State): void;
}

/** The value of the second menu for no second search. */
const NONE = "none";

export function createMethod(
  scope: Scope,
  info: GeneratorInfo,
  limits: Limits | null,
  onPatch: (patch: Patch) => void,
): MethodChoice {
  const menu = (first: readonly HTMLOptionElement[], pick: (value: string) => void) => {
    const select = h("select", {});
    const titles = info.methods.map(({ name, title, takes }) =>
      h("option", { value: name, title: takes }, takes ? `${title} (${duration(takes)})` : title),
    );
    select.append(...first, ...titles);
    on(scope, select, "change", () => pick(select.value));
    return select;
  };
  const auto = () => h("option", { value: "" }, "automatic");
  const method = menu(limits ? [] : [auto()], (name) => onPatch({ method: name || null }));
  let state: State | null = null;
  const second = menu([h("option", { value: NONE }, "–"), auto()], (name) => {
    const layers = presets.find(({ value }) => value === name)?.range;
    if (layers) onPatch({ second: { method: state?.method ?? null, layers } });
    else onPatch({ second: name === NONE ? null : { method: name || null } });
  });
  const presets = layerPresets(info.layers).map(({ name, title, range }) => {
    return { range, value: `layers ${range.join(" ")}`, name, title };
  });
  if (presets.length > 1) {
    const others = presets.map(({ value, name, title }) =>
      h("option", { value, title }, `layers of ${name}`),
    );
    second.append(h("optgroup", { label: "The same method, other layers" }, ...others));
  }
  /** A method that reads latent weights cannot be chosen where a layer has none. */
  const disable = (select: HTMLSelectElement, range: Range) => {
    const deaf = info.layers.slice(...range).some(({ row }) => row === null);
    for (const option of select.options) {
      const known = info.methods.find(({ name }) => name === option.value);
      option.disabled = deaf && known?.layers === "latent";
    }
  };
  /** The choice of a state: by its layers, where only these are other ones. */
  const choiceOf = ({ second, method, layers }: State): string => {
    if (second === null) return NONE;
    const range = second.layers.join();
    const preset = second.method === method && range !== layers.join();
    return (preset && presets.find((one) => one.range.join() === range)?.value) || (second.method ?? "");
  };
  const options = createOptions(scope, (options) => onPatch({ options }));
  const title =
    "How directions are found, and about how long that takes; automatic is SeFa where the latent is read, else the composed response";
  const secondTitle =
    "A second search, by another method or in other layers: its pictures are drawn at the right, each slider moves the matched direction";
  const el = h(
    "div",
    { class: "sefa-methods" },
    h("label", { title }, "Method", method),
    options.el,
    h("label", { title: secondTitle }, "Second", second),
  );
  setHidden(el, info.methods.length < 2);
  if (limits) el.lastElementChild?.remove();
  return {
    el,
    update(next) {
      state = next;
      disable(method, next.layers);
      disable(second, next.second?.layers ?? next.layers);
      method.value = next.method ?? "";
      second.value = choiceOf(next);
      const known = info.methods.find(({ name }) => name === next.method);
      options.update(known?.options ?? [], next.options, next.region);
    },
  };
}

/** How long a method takes, without what takes it. */
function duration(takes: string): string {
  return takes.split(":", 1)[0] ?? "";
}
