/** The last page of a study: what all have answered so far; it grows while others answer. */

import { button, h, type Scope, setHidden, setText } from "./dom";
import type { Agreement, Result, StudyInfo } from "./study";

export interface StudyResults {
  readonly el: HTMLElement;
  show(info: StudyInfo): void;
}

export interface ResultsEvents {
  /** The questions are to be seen again, or who answers is to be asked. */
  back(): void;
  leave(): void;
}

export function createStudyResults(scope: Scope, events: ResultsEvents): StudyResults {
  const title = h("h3", {}, "");
  const own = h("p", { role: "status" });
  const counts = h("tbody");
  const agreement = h("tbody");
  const random = h("p");
  const raters = h("p");
  const trouble = h("p", { class: "sefa-unsaved" });
  const back = button(scope, { class: "sefa-next" }, "", events.back);
  const leave = button(
    scope,
    { title: "Leave the study: the sliders are shown again" },
    "Back to the panel",
    () => events.leave(),
  );
  const tables = h(
    "div",
    { class: "sefa-study-tables" },
    table("Counts", ["Layers", "Directions", "Asked", "Answers", "Obvious", "Meaningful"], counts),
    random,
    h(
      "p",
      { class: "sefa-quiet" },
      "A direction counts if more than half of those who answered said so; in brackets the 95 % interval of its share. " +
        "It is table 3 of the SeFa paper, whose caption swaps numerator and denominator.",
    ),
    table("Agreement", ["Agreement on", "Cohen", "Fleiss", "Krippendorff"], agreement),
    raters,
  );

  return {
    el: h(
      "div",
      { class: "sefa-study-page sefa-study-results" },
      h("div", { class: "sefa-heading" }, title, back, leave),
      own,
      trouble,
      tables,
    ),
    show(info) {
      const { result, count, rater } = info;
      const done = Object.keys(info.said).length;
      setText(title, `Study “${info.name}”`);
      setText(own, rater ? `${rater} has answered ${done} of ${count}.` : "What all have answered so far.");
      setText(back, rater ? (done < count ? `Answer what is left (${count - done})` : "Look again") : "Back");
      const ignored = result?.ignored
        ? `${result.ignored} answers carry this study's name and are of none of its directions.`
        : "";
      const problem = info.uncounted || ignored;
      setText(trouble, problem || (result ? "" : "Counting…"));
      setHidden(trouble, trouble.textContent === "");
      setHidden(tables, result === null);
      if (result) fill(result);
    },
  };

  function fill(result: Result): void {
    rows(
      counts,
      result.rows.map(({ group, control, asked, answers, obvious, meaningful }) => [
        group,
        control ? "random" : "found",
        String(asked),
        String(answers),
        obvious,
        meaningful,
      ]),
    );
    rows(
      agreement,
      result.agreement.map((one) => [
        one.question,
        cohen(one),
        `${kappa(one.fleiss)}${one.fleiss === null ? "" : ` over ${one.common}`}`,
        kappa(one.krippendorff),
      ]),
    );
    setText(random, `Meaningful among random directions (false positives): ${result.false_positives}`);
    const names = result.raters.map(([name, answers]) => `${name} ${answers}`).join(", ");
    setText(raters, result.raters.length > 0 ? `Answers: ${names}` : "Nobody has answered yet.");
  }
}

function cohen({ cohen: pairs, range }: Agreement): string {
  if (pairs.length > 0) return pairs.map(([one, other, k]) => `${one} and ${other} ${kappa(k)}`).join("; ");
  return range ? `${kappa(range[0])} to ${kappa(range[1])}` : kappa(null);
}

/** A number that is not defined (one rater, all answers equal) is a dash. */
function kappa(value: number | null): string {
  return value === null ? "-" : value.toFixed(2).replace("-", "−");
}

function table(name: string, heads: readonly string[], body: HTMLElement): HTMLElement {
  const head = h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)));
  return h("table", { class: "sefa-table", "aria-label": name }, h("thead", {}, head), body);
}

/** Show rows of texts; what is equal is not laid out again. */
function rows(body: HTMLElement, texts: readonly (readonly string[])[]): void {
  while (body.children.length > texts.length) body.lastChild?.remove();
  texts.forEach((cells, place) => {
    let row = body.children[place];
    if (!row) {
      row = h("tr", {}, ...cells.map((_, column) => (column === 0 ? h("th", { scope: "row" }) : h("td"))));
      body.append(row);
    }
    cells.forEach((text, column) => {
      const cell = row?.children[column];
      if (cell) setText(cell, text);
    });
  });
}
