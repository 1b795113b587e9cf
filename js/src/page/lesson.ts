/** A lesson: questions beside the panel, one step at a time; answers stay in the browser, and can be saved. */

import { isFields } from "../check";
import { button, h, on, type Scope, setText } from "../dom";
import type { Step } from "./contents";

export interface LessonEvents {
  /** The panel is to show what a step is about. */
  show(state: Step["state"]): void;
}

interface Answer {
  readonly answer: string;
  readonly time: string;
}

/** `key`: name under which answers are kept. */
export function createLesson(
  scope: Scope,
  steps: readonly Step[],
  key: string,
  storage: Storage | null,
  events: LessonEvents,
): HTMLElement {
  let place = 0;
  const answers = read(storage, key);
  const count = h("p", { class: "page-quiet" });
  const title = h("h2", { tabindex: "-1" });
  const text = h("div");
  const question = h("div", { class: "page-question" });
  const told = h("p", { class: "page-told", role: "status" });
  const back = button(scope, {}, "‹ Back", () => go(-1));
  const next = button(scope, { class: "page-next" }, "Next ›", () => go(1));
  const again = button(
    scope,
    { title: "Show the pictures of this step as they were at first" },
    "Show again",
    () => events.show(steps[place]?.state ?? {}),
  );
  const save = button(
    scope,
    { title: "Save all answers as a file for the teacher" },
    "Save answers",
    download,
  );
  const name = h("input", { type: "text", maxlength: "60", autocomplete: "off" });
  name.value = answers.name;
  on(scope, name, "input", () => {
    answers.name = name.value;
    keep();
  });
  const who = h("label", { class: "page-who" }, "Your name ", name);
  const el = h(
    "section",
    { class: "page-lesson", "aria-label": "Lesson" },
    count,
    title,
    text,
    question,
    told,
    h("div", { class: "page-steps" }, back, next, again),
    h("div", { class: "page-steps" }, who, save),
  );

  function keep(): void {
    try {
      storage?.setItem(key, JSON.stringify(answers));
    } catch {
      // no room: they are in the page as long as it is open, and can be saved as a file
    }
  }

  function answer(step: Step, value: string): void {
    answers.given[step.title] = { answer: value, time: new Date().toISOString() };
    keep();
    setText(told, tells(step, value));
  }

  function ask(step: Step): void {
    const given = answers.given[step.title]?.answer ?? "";
    question.replaceChildren();
    setText(told, given ? tells(step, given) : "");
    if (!step.question) return;
    if (step.choices.length === 0) {
      const field = h("textarea", { rows: "3", maxlength: "2000" });
      field.value = given;
      on(scope, field, "change", () => field.value.trim() && answer(step, field.value.trim()));
      question.append(h("label", {}, h("strong", {}, step.question), field));
      return;
    }
    const group = h("fieldset", {}, h("legend", {}, step.question));
    for (const choice of step.choices) {
      const box = h("input", { type: "radio", name: "answer", value: choice });
      box.checked = choice === given;
      on(scope, box, "change", () => answer(step, choice));
      group.append(h("label", {}, box, choice));
    }
    question.append(group);
  }

  function show(): void {
    const step = steps[place];
    if (!step) return;
    setText(count, `Step ${place + 1} of ${steps.length}`);
    setText(title, step.title);
    text.replaceChildren(...step.text.split(/\n{2,}/).map((part) => h("p", {}, part)));
    ask(step);
    back.disabled = place === 0;
    next.disabled = place === steps.length - 1;
    events.show(step.state);
  }

  function go(by: number): void {
    place = Math.min(steps.length - 1, Math.max(0, place + by));
    show();
    title.focus();
  }

  function download(): void {
    const given = steps.flatMap((step) => {
      const known = answers.given[step.title];
      return known ? [{ step: step.title, question: step.question, ...known }] : [];
    });
    const about = {
      format: "sefa_widget answers",
      version: 1,
      lesson: key,
      name: answers.name,
      answers: given,
    };
    const address = URL.createObjectURL(
      new Blob([JSON.stringify(about, null, 1)], { type: "application/json" }),
    );
    const file = `answers-${answers.name || "nobody"}.json`.replaceAll(/[^\p{L}\p{N}.-]/gu, "-");
    h("a", { href: address, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  show();
  return el;
}

/** What is told to an answer; empty where nothing is. */
function tells(step: Step, given: string): string {
  const place = step.choices.length > 0 ? step.choices.indexOf(given) : 0;
  return step.told[place] ?? "";
}

function isAnswer(value: unknown): value is Answer {
  return isFields(value) && typeof value.answer === "string" && typeof value.time === "string";
}

function read(storage: Storage | null, key: string): { name: string; given: Record<string, Answer> } {
  try {
    const known: unknown = JSON.parse(storage?.getItem(key) ?? "{}");
    if (isFields(known) && typeof known.name === "string" && isFields(known.given)) {
      const given = Object.entries(known.given).filter((one): one is [string, Answer] => isAnswer(one[1]));
      return { name: known.name, given: Object.fromEntries(given) };
    }
  } catch {
    // nothing that can be read was kept
  }
  return { name: "", given: {} };
}
