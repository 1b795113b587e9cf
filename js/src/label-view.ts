/** The view in which a person goes through the directions and says what each one does. */

import { createAsk } from "./ask";
import { button, h, on, type Scope, setHidden, setText } from "./dom";
import { createFilmstrip } from "./filmstrip";
import { signed } from "./format";
import type { DirectionsInfo } from "./info";
import type { Beforehand } from "./kernel";
import { type LabelsInfo, NO_LABELS, notSaved, offerOf, type Said, type Saying } from "./labels";
import type { Wanted } from "./looks";
import { ordered } from "./order";
import { isEmpty } from "./overlay";
import { endOf } from "./slider-range";
import type { State } from "./state";
import { createStrips, nearest } from "./strips";

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
export function createLabelView(
  scope: Scope,
  words: string,
  beforehand: Beforehand | null,
  events: LabelEvents,
): LabelView {
  let state: State | null = null;
  let found: DirectionsInfo | null = null;
  let labels = NO_LABELS;
  let order: readonly number[] = [];
  /** Whether a text has changed that is not kept yet. */
  let typed = false;

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
  const forget = button(scope, { title: "Take away all that you said of this direction" }, "Clear", () =>
    events.say(current(), null),
  );
  const take = button(scope, { class: "sefa-take", title: "Take this name (y)" }, "", accept);
  const seen = h("p", { class: "sefa-seen", role: "status" });
  const offers = h("div", { class: "sefa-label-line sefa-offer" }, take, seen);
  const again = h("p", { class: "sefa-quiet" });

  const ask = createAsk(
    scope,
    {
      label: "Names of the directions",
      heading: "h4",
      what: "direction",
      words,
      beside: [plus],
      below: [
        offers,
        h("div", { class: "sefa-label-line" }, h("span", {}, "Useful range"), useful, low, high, any),
        h("label", { class: "sefa-label-line" }, h("span", {}, "Note"), note),
      ],
      last: [forget],
      texts: [note],
      keys: { f: flip, y: accept, "[": () => limit(0), "]": () => limit(1) },
    },
    {
      answer: (field, value) => say({ [field]: value }),
      next: () => go(1),
      skip: () => go(1),
      back: () => go(-1),
      takeBack: events.takeBack,
      leave(field) {
        typed = false;
        field.value = said()?.[field === note ? "note" : "name"] ?? "";
        ask.focus();
      },
    },
  );
  ask.el.append(again);
  const { name } = ask;

  const strips = createStrips(
    (index) => createFilmstrip(scope, index, (strength) => events.strength(index, strength), beforehand),
    (strip, index) => {
      if (!state) return;
      const people = state.starts.map(({ seed, name }, row) => ({ row, name: name || `seed ${seed}` }));
      strip.show(state.strengths[index] ?? 0, endOf(state, found, index), people, state);
    },
  );

  const current = () => state?.focused ?? order[0] ?? 0;
  const said = (): Said | undefined => labels.named[current()];
  const say = (fields: Saying) => events.say(current(), fields);

  /** Say that the name which is offered is right. */
  function accept(): void {
    const offer = offerOf(labels, current());
    if (offer && !said()?.name) say({ name: offer.name, sign: offer.sign });
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
    ask.focus(); // what is typed is of this direction: the field is left before
    const place = order.indexOf(current()) + by;
    const index = order[Math.min(order.length - 1, Math.max(0, place))];
    if (index !== undefined) events.focus(index);
  }

  for (const field of [name, note]) {
    on(scope, field, "input", () => (typed = true));
    on(scope, field, "change", keepTexts);
  }

  function show(): void {
    const [index, known] = [current(), said()];
    setText(ask.title, `Direction ${index}`);
    ask.walk.show(order, index, labels.named);
    strips.show(nearest(order, index), ask.pictures);
    ask.show(known?.obvious ?? null, known?.meaningful ?? null);
    const offer = known?.name ? undefined : offerOf(labels, index);
    name.placeholder = offer ? `${offer.name}?` : "what does it show more of?";
    // The same for all directions, so that nothing moves from one to the next.
    setHidden(offers, !labels.unscored && isEmpty(labels.proposed) && isEmpty(labels.offered));
    setHidden(take, !offer);
    setText(take, offer ? `Yes, “${offer.name}” (y)` : "");
    const scored = labels.proposed[index]?.seen;
    setText(seen, labels.unscored || (scored ? `The scorer sees: ${scored}.` : "") || (offer?.why ?? ""));
    for (const [field, text] of [
      [name, known?.name ?? ""],
      [note, known?.note ?? ""],
    ] as const)
      if (!ask.typing(field)) field.value = text;
    setText(plus, (known?.sign ?? 1) < 0 ? "at the minus end (f)" : "at the plus end (f)");
    setText(useful, known?.range ? `${signed(known.range[0])} to ${signed(known.range[1])}` : "not said");
    const saved = known ? `Saved in ${labels.place}` : `Answers are kept in ${labels.place}`;
    setText(ask.kept, notSaved(labels) || saved);
    ask.kept.classList.toggle("sefa-unsaved", labels.unsaved > 0);
    setText(again, [labels.progress, labels.again].filter(Boolean).join(" "));
  }

  return {
    el: ask.el,
    update(nextState, nextFound, nextLabels) {
      state = nextState;
      found = nextFound;
      labels = nextLabels;
      // The way through does not change with every answer.
      const sort = ["named", "unnamed"].includes(state.sort) ? "value" : state.sort;
      order = found ? ordered({ ...state, sort }, found) : [];
      if (order.length > 0) show();
    },
    wanted: () => strips.wanted(nearest(order, current())),
    focus: ask.focus,
  };
}
