/** A field that goes to the direction whose number is typed. */

import { h, on, type Scope, setAttribute, setHidden, setText } from "./dom";
import { directionNamed, type LabelsInfo, NO_LABELS } from "./labels";

export interface GoTo {
  readonly el: HTMLElement;
  /** Say which directions there are. */
  update(known: readonly number[], labels: LabelsInfo): void;
  focus(): void;
}

let fields = 0;

/** `words`: id of the names to propose. */
export function createGoTo(scope: Scope, words: string, go: (index: number) => void): GoTo {
  let known: readonly number[] = [];
  let labels = NO_LABELS;
  fields += 1;
  const problem = h("span", { class: "sefa-problem", role: "alert", id: `sefa-go-to-${fields}`, hidden: "" });
  const field = h("input", { type: "text", list: words, autocomplete: "off", size: "9" });
  field.setAttribute("aria-label", "Go to direction");
  field.setAttribute("aria-describedby", problem.id);
  field.title = "Type a number or a name, Enter goes to that direction (g)";
  const say = (text: string) => {
    setText(problem, text);
    setHidden(problem, text === "");
    field.setAttribute("aria-invalid", String(text !== ""));
  };
  on(scope, field, "input", () => say(""));
  on(scope, field, "keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      say("");
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const text = field.value.trim().replace(/^#/, "");
    const index = /^\d+$/.test(text) ? Number(text) : (directionNamed(labels, text) ?? Number.NaN);
    if (known.includes(index)) {
      say("");
      field.value = "";
      go(index);
    } else if (known.length === 0) say("There are no directions yet.");
    else if (text !== "") say(`“${text}” is no direction: type ${span("to")}, or a name.`);
  });
  /** "0 to 15", or "0, 2, 5" where there are gaps. */
  function span(to: string): string {
    const last = known.at(-1) ?? 0;
    return known.length === last + 1 ? ["0", to, String(last)].join(to === "–" ? "" : " ") : known.join(", ");
  }

  return {
    el: h("div", { class: "sefa-go-to" }, h("label", {}, "Go to", field), problem),
    update(next, nextLabels) {
      known = next;
      labels = nextLabels;
      setAttribute(field, "placeholder", known.length > 0 ? span("–") : "");
    },
    focus() {
      field.focus();
      field.select();
    },
  };
}
