/** The pictures of the sheet, and what a person does with all of them. */

import { decode, type Picture } from "./decode";
import { button, h, on, type Scope, setAttribute, setHidden, setText } from "./dom";
import { notShown } from "./drawn-seeds";
import { milliseconds } from "./format";
import type { Beforehand } from "./kernel";
import type { Frame } from "./messages";
import { createPeople, type PeopleEvents, type Shown } from "./people";
import type { State } from "./state";

const ADD = "Edit one more picture together with these (+)";

export interface Stage {
  readonly el: HTMLElement;
  /** What a person does with the pictures. */
  readonly tools: HTMLElement;
  /** The edited picture of the chosen start. */
  edited(state: State): HTMLCanvasElement | undefined;
  /** The box of one start's pictures. */
  pictures(row: number): HTMLElement | undefined;
  show(frame: Frame, bytes: DataView): void;
  update(state: State): void;
  /** Add a start, as the button does. */
  add(): void;
  setBacklog(merged: number): void;
  /** Name the pictures of each start, left to right; none for one picture. */
  setColumns(names: readonly string[]): void;
  /** Show the pictures without strengths as long as they are asked for. */
  setComparing(comparing: boolean): void;
}

export interface StageEvents extends PeopleEvents {
  compare(on: boolean): void;
  add(): void;
}

/** `beforehand`: the pictures that there are, where no others can be drawn. */
export function createStage(
  scope: Scope,
  shown: Shown,
  beforehand: Beforehand | null,
  events: StageEvents,
): Stage {
  const people = createPeople(scope, shown, events);
  let comparing = false;
  const loading = h("p", { class: "sefa-loading" }, "Loading…");
  const badge = h("span", { class: "sefa-badge", hidden: "" }, "unedited");
  const time = h("span", { class: "sefa-time", title: "Time to render the last frame" });
  const backlog = h("span", { class: "sefa-backlog" });
  const readout = h("span", { class: "sefa-readout" }, backlog, time);
  const frameBox = h("div", { class: "sefa-frame" }, people.el, loading, badge);
  const captions = h("div", { class: "sefa-captions", hidden: "" });

  const compare = button(
    scope,
    { class: "sefa-compare", "aria-pressed": "false" },
    "Hold to compare",
    () => {},
  );
  compare.title = "Hold to see the picture without any strength (c)";
  on(scope, compare, "pointerdown", (event) => {
    if (event.button !== 0) return;
    compare.setPointerCapture(event.pointerId);
    events.compare(true);
  });
  for (const end of ["pointerup", "pointercancel", "blur"] as const)
    on(scope, compare, end, () => events.compare(false));
  on(scope, compare, "keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) events.compare(true);
  });
  on(scope, compare, "keyup", () => events.compare(false));

  const add = button(scope, { title: ADD }, "+ Add", () => events.add());
  const smooth = h("input", { type: "checkbox", class: "sefa-smooth" });
  const blend = () => people.el.classList.toggle("sefa-smoothed", smooth.checked);
  smooth.checked = true;
  blend();
  on(scope, smooth, "change", blend);
  const smoothLabel = h(
    "label",
    { class: "sefa-smooth-label", title: "Blend the pixels when the picture is scaled" },
    smooth,
    "smooth",
  );
  const tools = h("div", { class: "sefa-stage-tools" }, compare, add, smoothLabel, readout);

  function draw(frame: Frame, picture: Picture): void {
    if (!scope.signal.aborted && frame.unedited === comparing) {
      frame.tiles.forEach(([row, column], place) => {
        people.tile(row, column)?.draw(frame, picture, place);
      });
      loading.hidden = true;
      const sketch = frame.quality === "sketch";
      setHidden(badge, !frame.unedited && !sketch);
      setText(badge, sketch ? "sketch" : "unedited");
      setText(time, milliseconds(frame.render_ms));
    }
    if (!(picture instanceof ImageData)) picture.close();
  }

  return {
    el: h("div", { class: "sefa-stage" }, captions, frameBox, tools),
    tools,
    edited: ({ chosen, original }) => people.tile(chosen, Number(original))?.canvas,
    pictures: people.pictures,
    show(frame, bytes) {
      if (!frame.tiles.some(([row, column]) => people.tile(row, column)?.order.admits(frame))) return;
      const picture = decode(frame, frame.tiles.length, bytes);
      if (picture instanceof Promise) picture.then((ready) => draw(frame, ready), scope.fail);
      else draw(frame, picture);
    },
    update(state) {
      people.update(state);
      if (!beforehand) return;
      add.disabled = notShown(state, beforehand.starts) === null;
      add.title = add.disabled ? "All pictures that were drawn beforehand are shown" : ADD;
    },
    add: events.add,
    setColumns(names) {
      setHidden(captions, names.length === 0);
      if (captions.textContent !== names.join(""))
        captions.replaceChildren(...names.map((name) => h("span", {}, name)));
    },
    setBacklog(merged) {
      setText(backlog, merged > 0 ? `${merged} ${merged === 1 ? "change" : "changes"} not drawn yet` : "");
    },
    setComparing(next) {
      comparing = next;
      people.setUnedited(comparing);
      setAttribute(compare, "aria-pressed", String(comparing));
      compare.textContent = comparing ? "Unedited" : "Hold to compare";
    },
  };
}
