/** A box that a person draws on the large picture: which directions change what is in it? */

import type { Box } from "./check";
import { button, h, on, type Scope, setAttribute, setHidden, setText } from "./dom";
import type { Patch, State } from "./state";

/** Boxes that are smaller than this share of the picture are slips of the hand. */
const LEAST = 0.03;
/** How far a key moves the box, and the box that keys begin with. */
const STEP = 1 / 16;
const FIRST: Box = [0.25, 0.25, 0.75, 0.75];

export interface Region {
  readonly button: HTMLButtonElement;
  /** What the box means. */
  readonly note: HTMLElement;
  toggle(): void;
  draw(state: State, pictures: (row: number) => HTMLElement | undefined): void;
}

export function createRegion(scope: Scope, onPatch: (patch: Patch) => void): Region {
  let wanted: State | null = null;
  /** Where the pointer went down, in fractions of the picture. */
  let from: readonly [number, number] | null = null;
  let open = false;
  /** What the box depends on, as it is drawn. */
  let drawn = "";
  const mark = h("div", { class: "sefa-region-box" });
  const area = h("div", { class: "sefa-region", tabindex: "0", role: "application", hidden: "" }, mark);
  const note = h("p", { class: "sefa-region-note", role: "status", hidden: "" });
  const toggle = () => {
    if (wanted?.region || open) {
      const focused = area.contains(document.activeElement);
      open = false;
      clear();
      show();
      if (focused) el.focus({ preventScroll: true }); // else the keys that follow would be the notebook's
    } else {
      open = true;
      show();
      area.focus({ preventScroll: true });
    }
  };
  const el = button(scope, { class: "sefa-region-button", "aria-pressed": "false" }, "Box", toggle);
  el.title = "Draw a box on the large picture: the directions that change it come first (b)";

  const set = ([top, left, bottom, right]: Box) => {
    const round = (edge: number) => Number(edge.toFixed(4));
    onPatch({ region: [round(top), round(left), round(bottom), round(right)], sort: "region" });
  };
  const clear = () => {
    if (wanted?.region) onPatch({ region: null, ...(wanted.sort === "region" ? { sort: "value" } : {}) });
  };

  function place(event: PointerEvent): readonly [number, number] {
    const { left, top, width, height } = area.getBoundingClientRect();
    const within = (value: number) => Math.min(1, Math.max(0, value));
    return [within((event.clientY - top) / height), within((event.clientX - left) / width)];
  }

  function dragged(event: PointerEvent): Box | null {
    if (!from) return null;
    const [y, x] = place(event);
    const [v, u] = from;
    return [Math.min(v, y), Math.min(u, x), Math.max(v, y), Math.max(u, x)];
  }

  on(scope, area, "pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    area.focus({ preventScroll: true });
    area.setPointerCapture(event.pointerId);
    from = place(event);
  });
  on(scope, area, "pointermove", (event) => {
    const box = dragged(event);
    if (box) outline(box);
  });
  on(scope, area, "pointerup", (event) => {
    const box = dragged(event);
    from = null;
    if (box && box[2] - box[0] >= LEAST && box[3] - box[1] >= LEAST) set(box);
    else show();
  });
  on(scope, area, "pointercancel", () => {
    from = null;
    show();
  });
  on(scope, area, "click", (event) => event.stopPropagation());
  on(scope, area, "keydown", (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") toggle();
    else if (event.key === "Enter" && !wanted?.region) set(FIRST);
    else if (by && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const [down = 0, along = 0] = by;
      set(moved(wanted?.region ?? FIRST, down * STEP, along * STEP, event.shiftKey));
    } else return;
    event.preventDefault();
  });

  function outline([top, left, bottom, right]: Box): void {
    mark.hidden = false;
    const edges = { top, left, height: bottom - top, width: right - left };
    for (const [name, edge] of Object.entries(edges)) mark.style.setProperty(name, `${100 * edge}%`);
  }

  function show(): void {
    const box = wanted?.region ?? null;
    setHidden(area, !(open || box));
    setAttribute(el, "aria-pressed", String(!area.hidden));
    setAttribute(area, "aria-label", box ? `Box: ${words(box)}` : "No box yet: drag, or press Enter");
    area.title = "Drag to draw a box; arrow keys move it, with Shift they size it; Delete takes it away";
    if (from) return;
    setHidden(mark, !box);
    if (box) outline(box);
    setHidden(note, Boolean(area.hidden));
    setText(
      note,
      box
        ? "Directions that change the box come first, as far as they are measured"
        : "Drag a box over the large picture",
    );
  }

  return {
    button: el,
    note,
    toggle,
    draw(state, pictures) {
      const box = pictures(state.chosen);
      const key = JSON.stringify([state.region, state.second !== null, state.original]);
      wanted = state;
      // A picture that is dragged has no time for what stays as it is.
      if (key === drawn && area.parentElement === (box ?? null)) return;
      drawn = key;
      if (box && area.parentElement !== box) box.append(area);
      // Over the edited picture, which is right of the original.
      const columns = 1 + Number(state.second !== null) + Number(state.original);
      area.style.width = `${100 / columns}%`;
      area.style.left = `${(100 * Number(state.original)) / columns}%`;
      show();
    },
  };
}

/** Move a box, or its lower right corner, within the picture. */
export function moved([top, left, bottom, right]: Box, down: number, along: number, sizing: boolean): Box {
  if (sizing)
    return [
      top,
      left,
      Math.min(1, Math.max(top + STEP, bottom + down)),
      Math.min(1, Math.max(left + STEP, right + along)),
    ];
  const [v, u] = [Math.min(1 - bottom, Math.max(-top, down)), Math.min(1 - right, Math.max(-left, along))];
  return [top + v, left + u, bottom + v, right + u];
}

/** "rows 25–75 %, columns 0–50 %". */
export function words([top, left, bottom, right]: Box): string {
  const [a, b, c, d] = [top, bottom, left, right].map((edge) => Math.round(100 * edge));
  return `rows ${a}–${b} %, columns ${c}–${d} %`;
}
