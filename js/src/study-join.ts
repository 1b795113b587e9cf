/** The first page of a study: what is asked, and the name of who answers. */

import { button, h, on, type Scope, setText } from "./dom";
import type { StudyInfo } from "./study";

export interface StudyJoin {
  readonly el: HTMLElement;
  show(info: StudyInfo): void;
}

export interface JoinEvents {
  begin(rater: string): void;
  /** The counts are to be seen, without answering. */
  watch(): void;
  /** The study is to be left. */
  leave(): void;
}

export function createStudyJoin(scope: Scope, events: JoinEvents): StudyJoin {
  let info: StudyInfo | null = null;
  let typed = false;
  const title = h("h3", {}, "");
  const about = h("p", {}, "");
  const name = h("input", { type: "text", maxlength: "100", autocomplete: "off", "aria-label": "Your name" });
  const start = button(scope, { class: "sefa-next" }, "Begin (Enter)", begin);
  const known = h("p", { class: "sefa-quiet", role: "status" });
  const watch = button(
    scope,
    { title: "See what all have answered so far, without answering" },
    "Watch the counts",
    () => events.watch(),
  );
  const leave = button(
    scope,
    { title: "Leave the study: the sliders are shown again" },
    "Back to the panel",
    () => events.leave(),
  );

  function begin(): void {
    if (name.value.trim()) events.begin(name.value.trim());
    else name.focus();
  }

  function greet(): void {
    const rater = name.value.trim();
    const before = info?.result?.raters.find(([other]) => other === rater)?.[1] ?? 0;
    const more =
      before > 0 && info ? `${rater} has answered ${before} of ${info.count}: it goes on there.` : "";
    setText(known, more || "Everyone needs a name of their own.");
    start.disabled = rater === "";
  }

  on(scope, name, "input", () => {
    typed = true;
    greet();
  });
  on(scope, name, "keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    begin();
  });

  return {
    el: h(
      "div",
      { class: "sefa-study-page" },
      title,
      about,
      h("label", { class: "sefa-label-line" }, h("span", {}, "Your name"), name, start),
      known,
      h("div", { class: "sefa-label-line" }, watch, leave),
    ),
    show(next) {
      info = next;
      setText(title, `Study “${next.name}”`);
      const rows = next.seeds.length === 1 ? "a row of pictures" : `${next.seeds.length} rows of pictures`;
      setText(
        about,
        `${next.count} times you see ${rows} that change from left to right, the middle ones being unchanged. ` +
          "Say each time whether the change is obvious, and whether it means something; then give it a name, " +
          "if you have one. All of it can be done with keys: o and m say yes, with Shift no; Enter goes on, s skips, b goes back.",
      );
      if (!typed) name.value = next.user;
      greet();
    },
  };
}
