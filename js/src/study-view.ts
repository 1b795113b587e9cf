/** A study in place of the panel: who answers, blind questions one after another, and the counts at its end. */

import { createAsk } from "./ask";
import { h, on, type Scope, setHidden, setText } from "./dom";
import { createFilmstrip } from "./filmstrip";
import { notSaved } from "./labels";
import type { Wanted } from "./looks";
import type { LookItem } from "./messages";
import { createStrips, nearest } from "./strips";
import type { Answer, StudyInfo } from "./study";
import { createStudyJoin } from "./study-join";
import { createStudyResults } from "./study-results";

export interface StudyView {
  readonly el: HTMLElement;
  /** Null: no study runs. */
  update(info: StudyInfo | null): void;
  /** Whether a study runs. */
  readonly runs: boolean;
  /** The pictures of the present question, and of the next ones. */
  wanted(): Wanted[];
  /** Names the study and who answers: pictures are the same where it is. */
  context(item: LookItem): string;
}

export interface StudyEvents {
  join(rater: string | null): void;
  say(place: number, answer: Answer): void;
  takeBack(): void;
  /** Other pictures are to be seen. */
  looked(): void;
}

type Draft = { obvious: boolean | null; meaningful: boolean | null; name: string };

const NOTHING: Draft = { obvious: null, meaningful: null, name: "" };

export function createStudyView(scope: Scope, events: StudyEvents): StudyView {
  let info: StudyInfo | null = null;
  let page: "join" | "ask" | "results" = "join";
  let place = 0;
  let draft = NOTHING;
  /** Whether the draft is more than what is kept. */
  let touched = false;
  let hint = "";
  /** Answers on their way to the store, and the places that were answered, the last one last. */
  const sent = new Map<number, Answer>();
  const done: number[] = [];

  const ask = createAsk(
    scope,
    {
      label: "Question",
      heading: "h3",
      what: "question",
      words: "",
      beside: [],
      below: [],
      last: [],
      texts: [],
      keys: {},
    },
    {
      answer(field, value) {
        draft = { ...draft, [field]: value };
        touched = true;
        hint = "";
        show();
      },
      next,
      skip: () => goOn(),
      back() {
        if (touched) keep();
        go(Math.max(0, place - 1));
      },
      takeBack() {
        sent.clear();
        events.takeBack();
        go(done.pop() ?? place);
      },
      leave(field) {
        field.value = draft.name;
        ask.focus();
      },
    },
  );
  ask.name.placeholder = "what does it show more of?";
  on(scope, ask.name, "input", () => {
    draft = { ...draft, name: ask.name.value };
    touched = true;
  });
  const join = createStudyJoin(scope, {
    begin: (rater) => {
      events.join(rater);
    },
    watch: () => turn("results"),
    leave: () => events.join(null),
  });
  const results = createStudyResults(scope, {
    back() {
      if (!info?.rater) turn("join");
      else go(open(-1) ?? 0);
    },
    leave: () => events.join(null),
  });
  const strips = createStrips(
    (index) => createFilmstrip(scope, index, null),
    (strip) => strip.show(0, 1, info?.seeds.map((seed, row) => ({ row, name: `seed ${seed}` })) ?? []),
  );
  const el = h("section", { class: "sefa-study", "aria-label": "Study", hidden: "" });

  const way = () => Array.from({ length: info?.count ?? 0 }, (_, number) => number);
  const known = (index: number): Answer | undefined => sent.get(index) ?? info?.said[index];
  /** The next question after a place that is not answered. */
  const open = (from: number) => way().find((index) => index > from && !known(index)) ?? null;

  /** Send the answer; whether there is a whole one. */
  function keep(): boolean {
    const { obvious, meaningful } = draft;
    if (obvious === null || meaningful === null) return false;
    const answer = { obvious, meaningful, name: draft.name.trim() };
    sent.set(place, answer);
    done.push(place);
    touched = false;
    events.say(place, answer);
    return true;
  }

  function next(): void {
    if (touched || !known(place)) {
      if (!keep()) {
        hint = "Answer both questions, or skip this one (s).";
        show();
        ask.focus();
        return;
      }
    }
    goOn();
  }

  /** Go to the next question that is open; after the last one, to the counts. */
  function goOn(): void {
    const index = open(place);
    if (index === null) turn("results");
    else go(index);
  }

  function go(index: number): void {
    place = index;
    touched = false;
    hint = "";
    ask.focus();
    turn("ask");
  }

  function turn(next: typeof page): void {
    page = next;
    show();
    if (page === "ask") ask.focus();
    else (page === "results" ? results.el : join.el).querySelector<HTMLElement>("button")?.focus();
    events.looked();
  }

  function show(): void {
    if (!info) return;
    setHidden(join.el, page !== "join");
    setHidden(ask.el, page !== "ask");
    setHidden(results.el, page !== "results");
    if (page === "join") join.show(info);
    else if (page === "results") results.show(info);
    else showQuestion(info);
  }

  function showQuestion({ said, groups, count, rater, unsaved, problem, place: store }: StudyInfo): void {
    if (!touched) draft = known(place) ?? NOTHING;
    setText(ask.title, `Question ${place + 1} of ${count}`);
    const progress = groups.map(([name, answered, of]) => `layers ${name}: ${answered} of ${of}`).join(" · ");
    ask.walk.show(way(), place, said, `${rater} · ${progress}`);
    strips.show(nearest(way(), place), ask.pictures);
    ask.show(draft.obvious, draft.meaningful);
    if (ask.name.value !== draft.name) ask.name.value = draft.name;
    const kept = Object.keys(said).length;
    const saved = `${kept} of ${count} answers saved in ${store}`;
    const trouble = notSaved({ unsaved, problem });
    setText(ask.kept, hint || trouble || (sent.size > 0 ? "Saving…" : saved));
    ask.kept.classList.toggle("sefa-unsaved", hint !== "" || unsaved > 0);
  }

  return {
    el,
    update(nextInfo) {
      const before = info;
      info = nextInfo;
      setHidden(el, info === null);
      if (!info) {
        page = "join";
        el.replaceChildren(); // two forms with equal labels would be in the panel
        return;
      }
      if (!el.firstChild) el.append(join.el, ask.el, results.el);
      for (const index of sent.keys()) if (info.said[index]) sent.delete(index);
      if (info.rater === (before?.rater ?? "") && info.name === (before?.name ?? info.name)) return show();
      sent.clear();
      done.length = 0;
      touched = false;
      if (!info.rater) page = "join";
      else {
        const first = open(-1);
        page = first === null ? "results" : "ask";
        place = first ?? 0;
      }
      const inside = el.contains(document.activeElement);
      show();
      if (inside) (page === "ask" ? ask : results.el).focus();
      events.looked();
    },
    get runs() {
      return info !== null;
    },
    wanted: () => (info && page === "ask" ? strips.wanted(nearest(way(), place)) : []),
    context: (item) => (info ? `study ${info.name} of ${info.rater} | ${item}` : ""),
  };
}
