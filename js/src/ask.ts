/** A form in which a person says what pictures show: two questions, a name, and the way on; all by keyboard. */

import { button, h, on, type Scope } from "./dom";
import { createQuestion } from "./question";
import { createWalk, type Walk } from "./walk";

export interface Ask {
  readonly el: HTMLElement;
  readonly title: HTMLElement;
  readonly walk: Walk;
  /** Where the pictures are. */
  readonly pictures: HTMLElement;
  readonly name: HTMLInputElement;
  /** What is kept, and where; or why not. */
  readonly kept: HTMLElement;
  /** Show which answers are given; null for none. */
  show(obvious: boolean | null, meaningful: boolean | null): void;
  /** Whether a field is being typed in. */
  typing(field: HTMLElement): boolean;
  focus(): void;
}

export interface AskEvents {
  answer(field: "obvious" | "meaningful", value: boolean): void;
  /** Go on with what is said and typed, go on without an answer, or go back. */
  next(): void;
  skip(): void;
  back(): void;
  takeBack(): void;
  /** A text is left as it was. */
  leave(field: HTMLInputElement): void;
}

/** What a form has besides. */
export interface AskParts {
  /** Its name for screen readers. */
  readonly label: string;
  /** Of the level that its place has. */
  readonly heading: "h3" | "h4";
  /** What one goes on to, for example "direction". */
  readonly what: string;
  /** Id of the names to propose; none are if it is empty. */
  readonly words: string;
  /** Behind the name, below it, and behind "Take back". */
  readonly beside: readonly Node[];
  readonly below: readonly Node[];
  readonly last: readonly Node[];
  /** Other texts. */
  readonly texts: readonly HTMLInputElement[];
  /** What other keys do. */
  readonly keys: Readonly<Record<string, () => void>>;
}

export function createAsk(scope: Scope, parts: AskParts, events: AskEvents): Ask {
  const { what } = parts;
  const title = h(parts.heading, {}, "");
  const walk = createWalk();
  const pictures = h("div", { class: "sefa-label-strip" });
  const obvious = createQuestion(scope, "Does it change the pictures obviously?", "o", answered("obvious"));
  const meaningful = createQuestion(scope, "Does the change mean something?", "m", answered("meaningful"));
  const name = h("input", {
    type: "text",
    maxlength: "100",
    autocomplete: "off",
    "aria-label": "Name",
    ...(parts.words ? { list: parts.words } : {}),
  });
  const next = button(
    scope,
    { class: "sefa-next", title: `Keep it and go to the next ${what} (Enter)` },
    "Next",
    events.next,
  );
  const skip = button(scope, { title: "Go on without an answer (s)" }, "Skip (s)", events.skip);
  const back = button(scope, { title: `Go to the ${what} before (b)` }, "Back (b)", events.back);
  const undo = button(
    scope,
    { title: "Take back what was said last (Ctrl+Z)" },
    "Take back",
    events.takeBack,
  );
  const kept = h("p", { class: "sefa-quiet sefa-kept", role: "status" });
  const answers = h(
    "div",
    { class: "sefa-answers" },
    obvious.el,
    meaningful.el,
    h("label", { class: "sefa-label-line" }, h("span", {}, "Name"), name, ...parts.beside),
    ...parts.below,
    h("div", { class: "sefa-label-line" }, undo, ...parts.last),
    kept,
  );
  const el = h(
    "div",
    { class: "sefa-label-view", tabindex: "-1", role: "group", "aria-label": parts.label, hidden: "" },
    h("div", { class: "sefa-heading" }, title, back, skip, next),
    walk.el,
    pictures,
    answers,
  );
  const texts = [name, ...parts.texts];
  const focus = () => el.focus({ preventScroll: true });

  function answered(field: "obvious" | "meaningful"): (value: boolean) => void {
    return (value) => {
      events.answer(field, value);
      if (field === "meaningful" && value) name.focus();
      else focus();
    };
  }

  on(scope, el, "keydown", (event) => {
    const { target } = event;
    const text = texts.find((field) => field === target);
    const control = event.ctrlKey || event.metaKey || event.altKey;
    const inButton = target instanceof HTMLButtonElement;
    const keys: Record<string, () => void> = text
      ? { Enter: events.next, Escape: () => events.leave(text) }
      : {
          o: () => answered("obvious")(true),
          O: () => answered("obvious")(false),
          m: () => answered("meaningful")(true),
          M: () => answered("meaningful")(false),
          s: events.skip,
          b: events.back,
          n: () => name.focus(),
          ...parts.keys,
          ...(inButton ? {} : { Enter: events.next }),
        };
    if (event.key === "z" && control && !text) keys.z = events.takeBack;
    else if (control) return;
    const run = keys[event.key];
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  });

  return {
    el,
    title,
    walk,
    pictures,
    name,
    kept,
    show(isObvious, isMeaningful) {
      obvious.show(isObvious);
      meaningful.show(isMeaningful);
    },
    typing: (field) => document.activeElement === field,
    focus,
  };
}
