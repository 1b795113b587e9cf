/** A slim bar chart of the values of all directions, in which a person can pick one. */

import { type ControlInfo, controlPaths, controlText } from "./control";
import { button, h, on, type Scope, setAttribute, setHidden, setText, svg } from "./dom";
import { heldText, shareText, significant, spectrumText, valueName } from "./format";
import type { DirectionsInfo } from "./info";
import { type LabelsInfo, NO_LABELS, nameOf } from "./labels";
import { createLens, LENS_ABOVE } from "./lens";
import type { Strengths } from "./sliders";
import { linearScale, logScale } from "./spectrum-scale";

/** Bars of more directions than this have no gap between them. */
const GAPS_UP_TO = 150;

export interface SpectrumChart {
  readonly el: HTMLElement;
  /** `stale` if other layers are being factorised. */
  update(spectrum: DirectionsInfo | null, strengths: Strengths, stale: boolean, labels: LabelsInfo): void;
  /** Show a control, if it is wanted. */
  control(wanted: boolean, control: ControlInfo | null): void;
  setShown(indices: ReadonlySet<number>): void;
}

/** `onControl`: the control is wanted, or is not any more; null where there is none. */
export function createSpectrum(
  scope: Scope,
  onPick: (index: number) => void,
  onControl: ((wanted: boolean) => void) | null,
): SpectrumChart {
  let spectrum: DirectionsInfo | null = null;
  let shown: ReadonlySet<number> = new Set();
  let labels = NO_LABELS;
  let active = "";
  let scale = linearScale([]);
  let controlWanted = false;
  let control: ControlInfo | null = null;

  const heading = h("p", { class: "sefa-method" }, "Factorising…");
  const [rest, listed, strong, marks] = (["rest", "listed", "strong", "marks"] as const).map((name) =>
    svg("path", { class: `sefa-bars-${name}` }),
  ) as [SVGPathElement, SVGPathElement, SVGPathElement, SVGPathElement];
  const chart = svg("svg", { class: "sefa-bars", preserveAspectRatio: "none", "aria-hidden": "true" });
  const [controlBand, controlLine] = ["band", "line"].map((name) =>
    svg("path", { class: `sefa-control-${name}` }),
  ) as [SVGPathElement, SVGPathElement];
  chart.append(marks, rest, listed, strong, controlBand, controlLine);
  const grid = h("div", { class: "sefa-grid", "aria-hidden": "true" });
  const band = h("div", { class: "sefa-cursor", hidden: "" });
  const tip = h("output", { class: "sefa-tip", hidden: "" });
  const cursor = h("input", {
    type: "range",
    min: "0",
    step: "1",
    value: "0",
    class: "sefa-spectrum-cursor",
  });
  cursor.setAttribute("aria-label", "Cursor on the spectrum; Enter goes to the direction's slider");
  const plot = h("div", { class: "sefa-plot" }, grid, chart, band, cursor, tip);
  const summary = h("span", { class: "sefa-summary" });
  const [firstNumber, lastNumber] = [h("span", { "aria-hidden": "true" }, "0"), h("span", {})];
  lastNumber.setAttribute("aria-hidden", "true");
  const xAxis = h("div", { class: "sefa-x" }, firstNumber, summary, lastNumber);
  const unit = h("span", { class: "sefa-unit" });
  const none = h("p", { class: "sefa-quiet", hidden: "" });
  const lens = createLens(scope, {
    point: (index) => point(index ?? pointedByKey()),
    pick: onPick,
  });
  const note = h("p", { class: "sefa-control-note sefa-quiet", role: "status", hidden: "" });

  function drawBars(): void {
    const values = spectrum?.values ?? [];
    const gap = values.length > GAPS_UP_TO ? 0 : 0.12;
    const paths = { rest: "", listed: "", strong: "", marks: "" };
    const activeSet = new Set(active.split(",").filter(Boolean).map(Number));
    const kindOf = (index: number) =>
      activeSet.has(index) ? "strong" : shown.has(index) ? "listed" : "rest";
    values.forEach((value, index) => {
      const kind = kindOf(index);
      const [left, width] = [(index + gap).toFixed(2), (1 - 2 * gap).toFixed(2)];
      const height = scale.height(value).toFixed(4);
      paths[kind] += `M${left} 1v-${height}h${width}v${height}z`;
      if (kind === "strong") paths.marks += `M${index} 0h1v1h-1z`;
    });
    for (const [path, d] of [
      [rest, paths.rest],
      [listed, paths.listed],
      [strong, paths.strong],
      [marks, paths.marks],
    ] as const)
      path.setAttribute("d", d);
    setHidden(lens.el, values.length <= LENS_ABOVE);
    if (!lens.el.hidden) lens.draw(values, kindOf);
  }

  /** The control of these directions; null where there is none yet. */
  function shownControl(): ControlInfo | null {
    return controlWanted && control?.middle.length === spectrum?.values?.length ? control : null;
  }

  function drawControl(): void {
    const shownNow = shownControl();
    const [line, band] = shownNow ? controlPaths(shownNow, scale) : ["", ""];
    controlLine.setAttribute("d", line);
    controlBand.setAttribute("d", band);
    setHidden(note, !controlWanted);
    setText(note, controlWanted ? controlText(control) : "");
  }

  function drawAxes(): void {
    const values = spectrum?.values ?? [];
    const { low = [], middle = [], high = [] } = shownControl() ?? {};
    const all = [...values, ...low, ...middle, ...high];
    const d = values.length;
    chart.setAttribute("viewBox", `0 0 ${Math.max(1, d)} 1`);
    cursor.max = String(Math.max(0, d - 1));
    scale = log.getAttribute("aria-pressed") === "true" ? logScale(all) : linearScale(all);
    setText(unit, valueName(spectrum));
    for (const el of [bars, log]) setHidden(el, spectrum !== null && spectrum.values === null);
    setHidden(none, !bars.hidden);
    setText(none, spectrum ? `${spectrum.title}: these directions have no values.` : "");
    grid.replaceChildren(
      ...scale.ticks.map(({ text, height }) => {
        const line = h("span", { class: "sefa-tick" }, h("span", {}, text));
        line.style.bottom = `${100 * height}%`;
        return line;
      }),
    );
    setText(lastNumber, String(Math.max(0, d - 1)));
  }

  function drawSummary(): void {
    const moved = active === "" ? 0 : active.split(",").length;
    const parts = [shareText(spectrum), moved > 0 ? `${moved} moved` : ""];
    setText(summary, parts.filter(Boolean).join(" · "));
  }

  function point(index: number | null): void {
    const value = index === null ? undefined : spectrum?.values?.[index];
    for (const el of [band, tip]) setHidden(el, value === undefined);
    lens.mark(value === undefined ? null : index);
    if (index === null || value === undefined) return;
    const d = spectrum?.values?.length ?? 1;
    band.style.left = `${(100 * index) / d}%`;
    band.style.width = `max(1px, ${100 / d}%)`;
    const name = nameOf(labels, index);
    const held = heldText(spectrum, index + 1);
    const own = `#${index} ${name ? `${name} ` : ""} ${spectrum?.value_symbol} = ${significant(value)}`;
    const middle = shownControl()?.middle[index];
    const parts = [own, middle === undefined ? "" : `before training ${significant(middle)}`];
    setText(tip, [...parts, held && `0–${index} hold ${held}`].filter(Boolean).join(" · "));
    tip.style.setProperty("--x", String((index + 0.5) / d));
    if (cursor.value !== String(index)) cursor.value = String(index);
    cursor.setAttribute("aria-valuetext", `direction ${index}${name ? `, ${name}` : ""}`);
  }

  function indexAt(event: PointerEvent | MouseEvent): number | null {
    const box = plot.getBoundingClientRect();
    const d = spectrum?.values?.length ?? 0;
    if (d === 0 || box.width === 0) return null;
    return Math.min(d - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * d)));
  }

  /** Point at a direction of the whole spectrum: the lens goes there. */
  function look(index: number | null): void {
    if (index !== null) lens.move(index);
    point(index);
  }

  function pointedByKey(): number | null {
    return cursor.matches(":focus") ? Number(cursor.value) : null;
  }

  on(scope, plot, "pointermove", (event) => look(indexAt(event)));
  on(scope, plot, "pointerleave", () => point(pointedByKey()));
  on(scope, plot, "click", (event) => {
    const index = indexAt(event);
    if (index !== null) onPick(index);
  });
  on(scope, cursor, "focus", () => look(Number(cursor.value)));
  on(scope, cursor, "blur", () => point(null));
  on(scope, cursor, "input", () => look(Number(cursor.value)));
  on(scope, cursor, "keydown", (event) => {
    if (event.key === "Enter") onPick(Number(cursor.value));
  });

  const bars = h("div", { class: "sefa-chart" }, plot, xAxis, lens.el);
  const log = button(
    scope,
    {
      class: "sefa-log",
      "aria-pressed": "false",
      title: "Heights by powers of ten: small values can be told apart",
    },
    "log",
    () => {
      log.setAttribute("aria-pressed", String(log.getAttribute("aria-pressed") !== "true"));
      drawAll();
    },
  );
  const toggle = button(
    scope,
    {
      class: "sefa-control-button",
      "aria-pressed": "false",
      title:
        "What the same method finds in networks before training: a line and a band to hold the bars against",
    },
    "control",
    () => onControl?.(!controlWanted),
  );
  setHidden(toggle, onControl === null);
  const line = h("div", { class: "sefa-spectrum-line" }, heading, unit, toggle, log);
  const el = h("section", { class: "sefa-spectrum", "aria-label": "Spectrum" }, line, bars, none, note);

  function drawAll(): void {
    drawAxes();
    drawBars();
    drawControl();
  }

  return {
    el,
    update(next, strengths, stale, nextLabels) {
      labels = nextLabels;
      el.classList.toggle("sefa-stale", stale && next !== null);
      const nextActive = Object.keys(strengths)
        .filter((index) => strengths[index] !== 0)
        .join();
      if (next === spectrum && nextActive === active) return;
      active = nextActive;
      if (next !== spectrum) {
        spectrum = next;
        heading.title = spectrum ? spectrumText(spectrum) : "Factorising…";
        setText(heading, heading.title);
        point(null);
        drawAxes();
        drawControl();
      }
      drawBars();
      drawSummary();
    },
    control(wanted, next) {
      if (wanted === controlWanted && next === control) return;
      controlWanted = wanted;
      control = next;
      setAttribute(toggle, "aria-pressed", String(wanted));
      drawAll();
    },
    setShown(indices) {
      shown = indices;
      drawBars();
    },
  };
}
