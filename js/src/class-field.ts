/** Where the class of a picture is chosen: by its number, or by its name where classes have names. */

import { h, on, type Scope, setHidden, setText } from "./dom";
import type { GeneratorInfo } from "./info";
import { numberField } from "./number-field";

export interface ClassField {
  readonly el: HTMLElement;
  show(label: number | null): void;
}

let lists = 0;

export function createClassField(
  scope: Scope,
  info: GeneratorInfo,
  set: (label: number) => void,
): ClassField {
  const [names, last] = [info.class_names, info.num_classes - 1];
  let shown: number | null = null;
  const stays = () => `The picture is still of class ${nameOf(shown, names)}.`;
  if (names.length === 0) {
    const attributes = { min: "0", max: String(last), step: "1", "aria-label": "Class" };
    const field = numberField(scope, { attributes, set, stays });
    return {
      el: field.el,
      show(label) {
        shown = label;
        field.show(label);
      },
    };
  }
  lists += 1;
  const list = h("datalist", { id: `sefa-classes-${lists}` });
  list.append(...names.map((name, label) => h("option", { value: name }, String(label))));
  const problem = h("span", { class: "sefa-problem", role: "alert", id: `${list.id}-problem`, hidden: "" });
  const input = h("input", { type: "text", list: list.id, "aria-label": "Class", autocomplete: "off" });
  input.setAttribute("aria-describedby", problem.id);
  input.title = `A name, a part of one, or a number of 0 to ${last}`;
  let typing = false;
  const say = (text: string) => {
    setText(problem, text);
    setHidden(problem, text === "");
    input.setAttribute("aria-invalid", String(text !== ""));
  };
  const draw = () => {
    typing = false;
    say("");
    input.value = nameOf(shown, names);
  };
  on(scope, input, "focus", () => input.select());
  on(scope, input, "input", () => {
    typing = true;
    say("");
  });
  on(scope, input, "change", () => {
    const found = classNamed(input.value, names);
    if (typeof found === "string") return say(`${found} ${stays()}`);
    typing = false;
    set(found);
    draw();
  });
  on(scope, input, "keydown", (event) => event.key === "Escape" && draw());
  return {
    el: h("span", { class: "sefa-number sefa-class" }, input, list, problem),
    show(label) {
      const other = label !== shown;
      shown = label;
      if (!typing || (other && !problem.hidden)) draw();
    },
  };
}

function nameOf(label: number | null, names: readonly string[]): string {
  return label === null ? "" : (names[label] ?? String(label));
}

/** Find the class that a text means: its number, its name or a part of one name alone; or say why there is none. */
export function classNamed(text: string, names: readonly string[]): number | string {
  const wanted = text.trim().toLowerCase();
  if (/^\d+$/.test(wanted)) {
    const label = Number(wanted);
    return label < names.length
      ? label
      : `There is no class ${wanted}; type 0 to ${names.length - 1} or a name.`;
  }
  const exact = names.findIndex((name) => name.toLowerCase() === wanted);
  if (exact >= 0) return exact;
  const parts = [...names.keys()].filter(
    (label) => wanted !== "" && names[label]?.toLowerCase().includes(wanted),
  );
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  if (parts.length === 0) return `No class is called “${text.trim()}”.`;
  const some = parts.slice(0, 3).map((label) => names[label]);
  return `${parts.length} classes are called so: ${some.join(", ")}${parts.length > 3 ? ", …" : ""}.`;
}
