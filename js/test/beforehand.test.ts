import { beforeEach, expect, test, vi } from "vitest";
import { createBeforehand, disable } from "../src/beforehand";
import { h, type Scope } from "../src/dom";
import { createDrawnSeeds, notShown } from "../src/drawn-seeds";
import { createFilmstrip } from "../src/filmstrip";
import type { Beforehand } from "../src/kernel";
import { NO_LABELS } from "../src/labels";
import { createSliderRow } from "../src/slider-row";
import { withAnother } from "../src/starts";
import type { State } from "../src/state";
import { drawnContents } from "./page/held";

const starts = [
  { seed: 3, label: null, name: "Ada" },
  { seed: 4, label: null, name: "" },
  { seed: 9, label: null, name: "" },
];
let said = "";
let steps = 9;
const beforehand: Beforehand = {
  about: "Drawn beforehand: 9 strengths.",
  why: "It was drawn beforehand.",
  starts,
  steps: () => steps,
  get said() {
    return said;
  },
};
const page = drawnContents();
const { state } = page;
const scope: Scope = {
  signal: new AbortController().signal,
  fail: (error) => {
    throw error;
  },
};
const chosen = (place: number): State => ({ ...state, starts: starts.slice(place, place + 1) });

beforeEach(() => {
  [said, steps] = ["", 9];
});

test("the note says what there is and what a change did, and is not there where a generator runs", () => {
  const note = createBeforehand(beforehand);
  said = "#0 went back to 0.";
  note.update();
  expect(note.el.textContent).toBe("Drawn beforehand: 9 strengths.#0 went back to 0.");
  expect(createBeforehand(null).el.hidden).toBe(true);
});

test("a control that is not for use says why", () => {
  const box = h("div", {}, h("input", {}), h("button", {}, "x"));
  disable(box, "No generator.");
  expect([...box.children].every((el) => (el as HTMLInputElement).disabled)).toBe(true);
  expect(box.title).toBe("No generator.");
});

test("seeds are those that were drawn, one after another", () => {
  const wanted = vi.fn();
  const seeds = createDrawnSeeds(scope, beforehand, wanted);
  seeds.update(chosen(1));
  expect([...seeds.el.querySelectorAll("option")].map((option) => option.textContent)).toEqual([
    "3, Ada",
    "4",
    "9",
  ]);
  expect([seeds.by(-1), seeds.by(1)]).toEqual([
    { seed: 3, label: null },
    { seed: 9, label: null },
  ]);
  seeds.update(chosen(2));
  expect(seeds.by(1)).toEqual({});
  expect(seeds.random()).not.toMatchObject({ seed: 9 });
  (seeds.el as HTMLSelectElement).value = "0";
  seeds.el.dispatchEvent(new Event("change"));
  expect(wanted).toHaveBeenCalledWith({ seed: 3, label: null });
});

test("one more picture is the first that was drawn and is not shown", () => {
  expect(notShown(chosen(0), starts)).toBe(starts[1]);
  expect(withAnother(chosen(0), starts).starts).toEqual([starts[0], starts[1]]);
  expect(notShown({ ...state, starts }, starts)).toBeNull();
  expect(withAnother({ ...state, starts }, starts)).toEqual({});
});

test("a slider moves by the strengths that were drawn, and its end stays", () => {
  const set = vi.fn();
  const events = { set, end: vi.fn(), name: vi.fn(), lock: vi.fn(), toggleAll: vi.fn() };
  const row = createSliderRow(scope, 0, "words", beforehand, events);
  const [first] = page.searches;
  row.show(state, first?.info ?? null, NO_LABELS);
  const slider = row.el.querySelector("input[type=range]") as HTMLInputElement;
  expect([slider.max, slider.step]).toEqual(["2", "0.5"]);
  slider.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  slider.dispatchEvent(new KeyboardEvent("keydown", { key: "PageUp" }));
  expect(set.mock.calls).toEqual([[0.5], [1]]);
  steps = 5;
  row.show(state, first?.info ?? null, NO_LABELS);
  expect(slider.step).toBe("1");
  const end = row.el.querySelector(".sefa-end") as HTMLButtonElement;
  expect([end.disabled, end.title.endsWith("It was drawn beforehand.")]).toEqual([true, true]);
});

test("a filmstrip has a picture for each strength that was drawn, as far as there is room", () => {
  const strip = createFilmstrip(scope, 0, () => {}, beforehand);
  const strengths = (count: number) => {
    steps = count;
    strip.show(0, 2, [{ row: 0, name: "Ada" }], state);
    return strip.wanted().map(({ item }) => item[2]);
  };
  expect(strengths(5)).toEqual([-2, -1, 0, 1, 2]);
  expect([9, 17, 33, 13].map((count) => strengths(count).length)).toEqual([9, 9, 9, 7]);
  const live = createFilmstrip(scope, 0, () => {});
  live.show(0, 2, [{ row: 0, name: "Ada" }], state);
  expect(live.wanted().length).toBe(7);
});
