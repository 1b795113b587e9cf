/** A number that can be typed; what is no such number stays, and the field says what it must be. */

import { h, on, type Scope, setHidden, setText } from "./dom";

export interface NumberField {
  /** The input with what is wrong below it. */
  readonly el: HTMLElement;
  readonly input: HTMLInputElement;
  /** Show a value, unless one is being typed or is wrong. */
  show(value: number | null): void;
}

export interface NumberFieldOptions {
  readonly attributes: Readonly<Record<string, string>>;
  /** How a value is written. */
  format?(value: number): string;
  set(value: number): void;
  /** What an empty field means; without it the value stays. */
  clear?(): void;
  /** What the field shows now, for the message; for example "The picture is of seed 31." */
  stays?(): string;
}

let fields = 0;

/** Enter or leaving the field accepts a number, Escape takes it back. */
export function numberField(scope: Scope, options: NumberFieldOptions): NumberField {
  fields += 1;
  const problem = h("span", {
    class: "sefa-problem",
    role: "alert",
    id: `sefa-number-${fields}`,
    hidden: "",
  });
  const input = h("input", { type: "number", "aria-describedby": problem.id, ...options.attributes });
  let shown: number | null = null;
  let typing = false;
  const say = (text: string) => {
    setText(problem, text);
    setHidden(problem, text === "");
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  const draw = () => {
    typing = false;
    say("");
    const text = shown === null ? "" : (options.format ?? String)(shown);
    if (input.value !== text) input.value = text;
  };
  const accept = () => {
    const value = input.value === "" ? Number.NaN : Number(input.value);
    if (Number.isFinite(value) && input.validity.valid) {
      typing = false;
      options.set(value);
      draw();
    } else if (input.value === "" && !input.validity.badInput) {
      options.clear?.();
      draw();
    } else say([wrong(input), options.stays?.() ?? ""].join(" ").trim());
  };
  on(scope, input, "input", () => {
    typing = true;
    say("");
  });
  on(scope, input, "change", accept);
  on(scope, input, "keydown", (event) => {
    if (event.key === "Escape") draw();
  });
  return {
    el: h("span", { class: "sefa-number" }, input, problem),
    input,
    show(value) {
      const other = value !== shown;
      shown = value;
      if (!typing || (other && !problem.hidden)) draw();
    },
  };
}

/** Say what a field must hold. */
function wrong(input: HTMLInputElement): string {
  const kind = input.step === "1" ? "a whole number" : "a number";
  const [least, most] = [input.min, input.max];
  const limits = least && most ? ` from ${least} to ${most}` : least ? ` of ${least} or more` : "";
  const given = input.value === "" ? "This" : input.value;
  return `${given} does not work: type ${kind}${limits}.`;
}
