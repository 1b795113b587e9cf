/** A control for each option of a method that the panel may offer. */

import { type Box, type Fields, isBox } from "./check";
import { button, h, on, type Scope, setHidden, setText } from "./dom";
import type { Option } from "./info";
import { numberField } from "./number-field";
import { words } from "./region";

export interface Options {
  readonly el: HTMLElement;
  /** `box`: what is drawn on the picture. */
  update(options: readonly Option[], values: Fields, box: Box | null): void;
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
  let box: Box | null = null;

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
    if (option.kind === "region") {
      const take = button(scope, {}, "", () => set(option.name, boxed ? null : box));
      let boxed = false;
      const show = (value: unknown) => {
        boxed = isBox(value);
        setText(take, isBox(value) ? words(value) : "whole picture");
        take.disabled = !boxed && box === null;
        take.title = boxed
          ? "Look at the whole picture again"
          : "Take the box that is drawn on the picture; draw one first (b)";
      };
      return { el: take, show };
    }
    const limits: Record<string, string> = { step: option.kind === "whole" ? "1" : "any" };
    if (option.least !== null) limits.min = String(option.least);
    if (option.most !== null) limits.max = String(option.most);
    const field = numberField(scope, { attributes: limits, set: (value) => set(option.name, value) });
    return { el: field.el, show: (value) => field.show(typeof value === "number" ? value : null) };
  }

  return {
    el,
    update(options, next, nextBox) {
      values = next;
      box = nextBox;
      if (options !== shown) {
        shown = options;
        controls = options.map(control);
        const labels = options.map((option, place) =>
          h("label", { title: option.about }, option.title, controls[place]?.el ?? ""),
        );
        el.replaceChildren(...labels);
      }
      setHidden(el, options.length === 0);
      options.forEach((option, place) => {
        controls[place]?.show(option.name in values ? values[option.name] : option.default);
      });
    },
  };
}
