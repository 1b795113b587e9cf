/** A question with two answers, each a button and a key. */

import { button, h, type Scope, setAttribute } from "./dom";

export interface Question {
  readonly el: HTMLElement;
  /** Show the answer that was given; null for none. */
  show(value: boolean | null): void;
}

/** `key`: the letter that says yes, and no with Shift; who asks listens to it. */
export function createQuestion(
  scope: Scope,
  text: string,
  key: string,
  answer: (value: boolean) => void,
): Question {
  const yes = button(scope, { "aria-pressed": "false" }, `Yes (${key})`, () => answer(true));
  const no = button(scope, { "aria-pressed": "false" }, `No (Shift+${key.toUpperCase()})`, () =>
    answer(false),
  );
  const el = h("div", { class: "sefa-question", role: "group", "aria-label": text });
  el.append(h("span", {}, text), yes, no);
  return {
    el,
    show(value) {
      setAttribute(yes, "aria-pressed", String(value === true));
      setAttribute(no, "aria-pressed", String(value === false));
    },
  };
}
