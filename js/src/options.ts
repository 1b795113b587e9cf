/** A control for each option of a method that the panel may offer. */

import type { Fields } from "./check";
import { h, on, type Scope } from "./dom";
import type { Option } from "./info";
import { numberField } from "./number-field";

export interface Options {
  readonly el: HTMLElement;
  update(options: readonly Option[], values: Fields): void;
}

interface Control {
  readonly el: HTMLElement;
  show(value: unknown): void;
}

export function createOptions(scope: Scope, onChange: (values: Fields) => void): Options {
  const el = h("span", { class: "sefa-options" });
  let shown: readonly Option[] = [];
  let values: Fields = {};
  let controls: Control[] = [];

  const set = (name: string, value: unknown) => onChange({ ...values, [name]: value });

  function control(option: Option): Control {
    if (option.kind === "truth") {
      const box = h("input", { type: "checkbox" });
      on(scope, box, "change", () => set(option.name, box.checked));
      return { el: box, show: (value) => (box.checked = value === true) };
    }
    if (option.kind === "choice") {
      const select = h("select", {});
      select.append(...option.choices.map((word) => h("option", { value: word }, word)));
      on(scope, select, "change", () => set(option.name, select.value));
      return { el: select, show: (value) => (select.value = String(value)) };
    }
    if (option.kind === "text") {
      const text = h("input", { type: "text" });
      on(scope, text, "change", () => set(option.name, text.value));
      return { el: text, show: (value) => (text.value = String(value ?? "")) };
    }
    const limits: Record<string, string> = { step: option.kind === "whole" ? "1" : "any" };
    if (option.least !== null) limits.min = String(option.least);
    if (option.most !== null) limits.max = String(option.most);
    const field = numberField(scope, { attributes: limits, set: (value) => set(option.name, value) });
    return { el: field.el, show: (value) => field.show(typeof value === "number" ? value : null) };
  }

  return {
    el,
    update(options, next) {
      values = next;
      if (options !== shown) {
        shown = options;
        controls = options.map(control);
        const labels = options.map((option, place) =>
          h("label", { title: option.about }, option.title, controls[place]?.el ?? ""),
        );
        el.replaceChildren(...labels);
      }
      el.hidden = options.length === 0;
      options.forEach((option, place) => {
        controls[place]?.show(option.name in values ? values[option.name] : option.default);
      });
    },
  };
}
