/** The end of a slider in its row: a text that becomes a field, in which another end is typed. */

import { button, h, on, type Scope, setAttribute, setText } from "./dom";
import { numberField } from "./number-field";

export interface EndField {
  readonly el: HTMLElement;
  show(text: string, title: string, end: number): void;
}

/** `set`: the slider is to end there; null for where it is measured to end. `why`: why it cannot be changed, if so. */
export function createEndField(
  scope: Scope,
  index: number,
  set: (end: number | null) => void,
  why = "",
): EndField {
  let shown = 0;
  const label = button(scope, { class: "sefa-end" }, "", () => {
    field.el.hidden = false;
    label.hidden = true;
    field.show(shown);
    field.input.focus();
    field.input.select();
  });
  const close = () => {
    if (field.el.hidden) return;
    field.el.hidden = true;
    label.hidden = false;
  };
  const field = numberField(scope, {
    attributes: { min: "1e-6", step: "any", class: "sefa-end-value", "aria-label": `End of slider ${index}` },
    format: (end) => String(Number(end.toPrecision(3))),
    set(end) {
      set(end);
      label.focus({ preventScroll: true });
      close();
    },
    clear() {
      set(null);
      label.focus({ preventScroll: true });
      close();
    },
  });
  label.disabled = why !== "";
  field.el.hidden = true;
  field.input.title = "Where this slider ends; empty is the measured end";
  on(scope, field.input, "keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // else it would press the button that gets the focus
      field.input.dispatchEvent(new Event("change"));
    }
    if (event.key !== "Escape") return;
    label.hidden = false;
    label.focus({ preventScroll: true });
    close();
  });
  on(scope, field.input, "blur", () => {
    if (field.input.getAttribute("aria-invalid") !== "true") close();
  });
  return {
    el: h("span", { class: "sefa-end-field" }, label, field.el),
    show(text, title, end) {
      shown = end;
      const next = `${title}. ${why || "Click to type another end"}`;
      if (label.textContent === text && label.title === next) return;
      setText(label, text);
      label.title = next;
      setAttribute(label, "aria-label", `Slider ${index} ends at ${text}${why ? "" : "; change it"}`);
    },
  };
}
