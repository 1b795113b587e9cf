/** The view in which a person goes through the directions and says what each one does. */

import { button, h, on, type Scope, setText } from "./dom";
import { createFilmstrip, type Filmstrip } from "./filmstrip";
import { signed } from "./format";
import type { DirectionsInfo } from "./info";
import { type LabelsInfo, NO_LABELS, type Said, type Saying } from "./labels";
import type { Wanted } from "./looks";
import { ordered } from "./order";
import { createQuestion } from "./question";
import { endOf } from "./slider-range";
import type { State } from "./state";
import { createWalk } from "./walk";

/** The strips of so many directions are drawn before a person comes to them. */
const AHEAD = 2;

export interface LabelView {
  readonly el: HTMLElement;
  update(state: State, found: DirectionsInfo | null, labels: LabelsInfo): void;
  /** Its pictures: those of the present direction first, then those of the next ones. */
  wanted(): Wanted[];
  focus(): void;
}

export interface LabelEvents {
  say(index: number, fields: Saying | null): void;
  takeBack(): void;
  focus(index: number): void;
  strength(index: number, strength: number): void;
}

/** `words`: id of the names to propose. */
export function createLabelView(scope: Scope, words: string, events: LabelEvents): LabelView {
  let state: State | null = null;
  let found: DirectionsInfo | null = null;
  let labels = NO_LABELS;
  let order: readonly number[] = [];
  /** Whether a text has changed that is not kept yet. */
  let typed = false;
  const strips = new Map<number, Filmstrip>();

  const title = h("h4", {}, "");
  const walk = createWalk();
  const pictures = h("div", { class: "sefa-label-strip" });
  const obvious = createQuestion(scope, "Does it change the pictures obviously?", "o", answered("obvious"));
  const meaningful = createQuestion(scope, "Does the change mean something?", "m", answered("meaningful"));

  const name = h("input", {
    type: "text",
    list: words,
    maxlength: "100",
    autocomplete: "off",
    "aria-label": "Name",
  });
  const plus = button(scope, { class: "sefa-plus-end" }, "", () => flip());
  plus.title = "Which end shows more of it (f)";
  const note = h("input", { type: "text", maxlength: "1000", autocomplete: "off", "aria-label": "Note" });
  const useful = h("span", { class: "sefa-useful" });
  const setEnd = (place: 0 | 1) => () => limit(place);
  const low = button(
    scope,
    { title: "The useful range begins at the present strength ([)" },
    "from here",
    setEnd(0),
  );
  const high = button(
    scope,
    { title: "The useful range ends at the present strength (])" },
    "to here",
    setEnd(1),
  );
  const any = button(scope, { title: "No useful range" }, "any", () => say({ range: null }));

  const next = button(
    scope,
    { class: "sefa-next", title: "Keep it and go to the next direction (Enter)" },
    "Next",
    () => go(1),
  );
  const skip = button(scope, { title: "Go on without an answer (s)" }, "Skip (s)", () => go(1));
  const back = button(scope, { title: "Go to the direction before (b)" }, "Back (b)", () => go(-1));
  const undo = button(
    scope,
    { title: "Take back what was said last (Ctrl+Z)" },
    "Take back",
    events.takeBack,
  );
  const forget = button(scope, { title: "Take away all that you said of this direction" }, "Clear", () =>
    events.say(current(), null),
  );
  const kept = h("p", { class: "sefa-quiet sefa-kept", role: "status" });
  const again = h("p", { class: "sefa-quiet" });

  const el = h(
    "div",
    {
      class: "sefa-label-view",
      tabindex: "-1",
      role: "group",
      "aria-label": "Names of the directions",
      hidden: "",
    },
    h("div", { class: "sefa-heading" }, title, back, skip, next),
    walk.el,
    pictures,
    obvious.el,
    meaningful.el,
    h("label", { class: "sefa-label-line" }, h("span", {}, "Name"), name, plus),
    h("div", { class: "sefa-label-line" }, h("span", {}, "Useful range"), useful, low, high, any),
    h("label", { class: "sefa-label-line" }, h("span", {}, "Note"), note),
    h("div", { class: "sefa-label-line" }, undo, forget),
    kept,
    again,
  );

  const current = () => state?.focused ?? order[0] ?? 0;
  const said = (): Said | undefined => labels.named[current()];
  const say = (fields: Saying) => events.say(current(), fields);

  function answered(field: "obvious" | "meaningful"): (value: boolean) => void {
    return (value) => {
      say({ [field]: value });
      if (field === "meaningful" && value) name.focus();
      else el.focus({ preventScroll: true });
    };
  }

  function flip(): void {
    say({ sign: (said()?.sign ?? 1) < 0 ? 1 : -1 });
  }

  function limit(place: 0 | 1): void {
    if (!state) return;
    const here = state.strengths[current()] ?? 0;
    const end = endOf(state, found, current());
    const [from, to] = said()?.range ?? [-end, end];
    const range = place === 0 ? [here, Math.max(here, to)] : [Math.min(here, from), here];
    say({ range: range as [number, number] });
  }

  function keepTexts(): void {
    if (!typed) return;
    typed = false;
    const known = said();
    const fields: { -readonly [K in keyof Saying]: Saying[K] } = {};
    if (name.value.trim() !== (known?.name ?? "")) fields.name = name.value.trim();
    if (note.value.trim() !== (known?.note ?? "")) fields.note = note.value.trim();
    if (Object.keys(fields).length > 0) say(fields);
  }

  function go(by: number): void {
    keepTexts();
    el.focus({ preventScroll: true }); // what is typed is of this direction: the field is left before
    const place = order.indexOf(current()) + by;
    const index = order[Math.min(order.length - 1, Math.max(0, place))];
    if (index !== undefined) events.focus(index);
  }

  for (const field of [name, note]) {
    on(scope, field, "input", () => (typed = true));
    on(scope, field, "change", keepTexts);
  }
  on(scope, el, "keydown", (event) => {
    const typing = event.target === name || event.target === note;
    const control = event.ctrlKey || event.metaKey || event.altKey;
    const inButton = event.target instanceof HTMLButtonElement;
    const keys: Record<string, () => void> = typing
      ? { Enter: () => go(1), Escape: () => leaveField(event.target) }
      : {
          o: () => answered("obvious")(true),
          O: () => answered("obvious")(false),
          m: () => answered("meaningful")(true),
          M: () => answered("meaningful")(false),
          f: flip,
          s: () => go(1),
          b: () => go(-1),
          n: () => name.focus(),
          "[": () => limit(0),
          "]": () => limit(1),
          ...(inButton ? {} : { Enter: () => go(1) }),
        };
    if (event.key === "z" && control && !typing) keys.z = events.takeBack;
    else if (control) return;
    const run = keys[event.key];
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  });

  function leaveField(field: EventTarget | null): void {
    typed = false;
    if (field === name) name.value = said()?.name ?? "";
    if (field === note) note.value = said()?.note ?? "";
    el.focus({ preventScroll: true });
  }

  /** The strip of a direction, over everyone. */
  function strip(index: number): Filmstrip {
    const known =
      strips.get(index) ?? createFilmstrip(scope, index, (strength) => events.strength(index, strength));
    strips.set(index, known);
    if (state) {
      const people = state.starts.map(({ seed, name }, row) => ({ row, name: name || `seed ${seed}` }));
      known.show(state.strengths[index] ?? 0, endOf(state, found, index), people);
    }
    return known;
  }

  /** The present direction and the next ones. */
  function near(): readonly number[] {
    const place = Math.max(0, order.indexOf(current()));
    return order.slice(place, place + 1 + AHEAD);
  }

  function show(): void {
    const [index, known] = [current(), said()];
    setText(title, `Direction ${index}`);
    walk.show(order, index, labels);
    const shown = strip(index).el;
    if (pictures.firstChild !== shown) pictures.replaceChildren(shown);
    for (const other of strips.keys()) if (!near().includes(other)) strips.delete(other);
    obvious.show(known?.obvious ?? null);
    meaningful.show(known?.meaningful ?? null);
    const offered = labels.offered[index];
    name.placeholder = offered ? `like “${offered.name}”?` : "what does it show more of?";
    for (const [field, text] of [
      [name, known?.name ?? ""],
      [note, known?.note ?? ""],
    ] as const)
      if (document.activeElement !== field) field.value = text;
    setText(plus, (known?.sign ?? 1) < 0 ? "at the minus end (f)" : "at the plus end (f)");
    setText(useful, known?.range ? `${signed(known.range[0])} to ${signed(known.range[1])}` : "not said");
    const many = `${labels.unsaved} ${labels.unsaved === 1 ? "label is" : "labels are"}`;
    const trouble = `Not saved: ${labels.problem} ${many} in memory; panel.labels.save("labels.json") writes a file.`;
    const saved = known ? `Saved in ${labels.place}` : `Answers are kept in ${labels.place}`;
    setText(kept, labels.unsaved > 0 ? trouble : saved);
    kept.classList.toggle("sefa-unsaved", labels.unsaved > 0);
    setText(again, labels.again);
  }

  return {
    el,
    update(nextState, nextFound, nextLabels) {
      state = nextState;
      found = nextFound;
      labels = nextLabels;
      // The way through does not change with every answer.
      order = found ? ordered({ ...state, sort: state.sort === "named" ? "value" : state.sort }, found) : [];
      if (order.length > 0) show();
    },
    wanted: () => near().flatMap((index) => strip(index).wanted()),
    focus: () => el.focus({ preventScroll: true }),
  };
}
