import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import wire from "../../tests/wire.json" with { type: "json" };
import panel from "../src/panel";
import { FakeModel } from "./fake-model";

let open: AbortController[] = [];

function render(model: FakeModel): { el: HTMLElement; ending: AbortController } {
  const el = document.createElement("div");
  document.body.append(el);
  const ending = new AbortController();
  open.push(ending);
  panel.render({ model: model.any, el, signal: ending.signal });
  return { el, ending };
}

/** The only element that matches. */
function get<E extends HTMLElement = HTMLInputElement>(el: HTMLElement, selector: string): E {
  const found = el.querySelectorAll<E>(selector);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} elements match ${selector}.`);
  return found[0];
}

function slide(input: HTMLInputElement, value: number): void {
  input.value = String(value);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function type(input: HTMLInputElement, text: string): void {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function key(target: HTMLElement, name: string, kind = "keydown"): void {
  target.dispatchEvent(new KeyboardEvent(kind, { key: name, bubbles: true, cancelable: true }));
}

const direction = (el: HTMLElement, index: number) => get(el, `input[aria-label="Direction ${index}"]`);
const buttonNamed = (el: HTMLElement, text: string) =>
  [...el.querySelectorAll("button")].find((button) => button.textContent === text) as HTMLButtonElement;

beforeEach(() => {
  vi.useFakeTimers();
  const getImageData = () => ({ data: [255, 255, 255, 255] }); // a white page
  const context = { putImageData: vi.fn(), drawImage: vi.fn(), fillRect: vi.fn(), getImageData };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
});

afterEach(() => {
  for (const ending of open) ending.abort();
  open = [];
  vi.restoreAllMocks();
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe("a view", () => {
  test("says hello, shows Loading until the picture comes, and never writes the model", () => {
    const model = new FakeModel();
    const { el } = render(model);
    expect(model.sent.map(({ type }) => type)).toEqual(["hello"]);
    expect(get(el, ".sefa-loading").hidden).toBe(false);
    model.answer();
    expect(get(el, ".sefa-loading").hidden).toBe(true);
    expect(get(el, ".sefa-readout").textContent).toBe("6 ms");
    for (const seed of [3, 4, 5]) type(get(el, "input[aria-label=Seed]"), String(seed));
    expect(get(el, ".sefa-readout").textContent).toBe("2 changes not drawn yet6 ms");
  });

  test("leaves nothing behind: bye is sent, listeners, timers and elements are gone", () => {
    const model = new FakeModel();
    const { el, ending } = render(model);
    model.answer();
    slide(direction(el, 0), 1);
    const added = vi.spyOn(window, "addEventListener");
    ending.abort();
    expect(model.last()).toMatchObject({ type: "bye", returns: false });
    expect([model.listeners, vi.getTimerCount(), el.childElementCount]).toEqual([[], 0, 0]);
    const { length } = model.sent;
    window.dispatchEvent(new Event("pagehide"));
    window.dispatchEvent(new PointerEvent("pointerup"));
    expect(model.sent).toHaveLength(length);
    expect(added).not.toHaveBeenCalled();
  });

  test("can also be ended by the function that render returns", () => {
    const model = new FakeModel();
    const el = document.createElement("div");
    const end = panel.render({ model: model.any, el });
    end();
    expect(model.last()).toMatchObject({ type: "bye" });
    expect(model.listeners).toEqual([]);
  });

  test("says once, when the page goes away, that it may come back", () => {
    const model = new FakeModel();
    const { ending } = render(model);
    window.dispatchEvent(new Event("pagehide"));
    ending.abort();
    expect(model.sent.filter(({ type }) => type === "bye")).toMatchObject([{ returns: true }]);
  });

  test("asks for nothing and says what to do where its model has no connection", () => {
    const model = new FakeModel();
    const el = document.createElement("div");
    el.classList.add("jupyter-widgets-disconnected");
    document.body.append(el);
    panel.render({ model: model.any, el });
    expect(model.sent).toEqual([]);
    expect(el.querySelector(".sefa-notice")?.textContent).toContain("run the cell that made it again");
    expect(el.querySelector<HTMLElement>(".sefa-controls")?.inert).toBe(true);
    el.remove();
  });

  test("is independent of another view of the same model", () => {
    const model = new FakeModel();
    const [one, two] = [render(model), render(model)];
    expect(new Set(model.sent.map(({ view }) => view)).size).toBe(2);
    model.answer(); // the second one's hello
    expect(get(one.el, ".sefa-loading").hidden).toBe(false);
    expect(get(two.el, ".sefa-loading").hidden).toBe(true);
    slide(direction(two.el, 0), 1);
    expect(direction(one.el, 0).value).not.toBe(direction(two.el, 0).value);
    model.answer();
    expect(direction(one.el, 0).value).toBe("1");
    one.ending.abort();
    two.ending.signal.throwIfAborted();
    expect(two.el.childElementCount).toBe(1);
  });

  test("explains itself if the traits are of another version", () => {
    const { el } = render(new FakeModel({ state: {} }));
    expect(get(el, "[role=alert]").textContent).toContain("not of the same version");
  });

  test("is dimmed and says what to do when the connection is gone", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.tell("comm_live_update");
    expect(get(el, ".sefa-notice").textContent).toBe(
      "This panel is no longer connected: run the cell that made it again.",
    );
    expect(get(el, ".sefa-controls").inert).toBe(true);
  });

  test("says quietly that it waits, and loudly that the kernel does not answer", () => {
    const { el } = render(new FakeModel());
    vi.advanceTimersByTime(400);
    expect(get(el, ".sefa-status").textContent).toBe("waiting for the kernel");
    vi.advanceTimersByTime(8000);
    expect(get(el, ".sefa-notice").textContent).toMatch(/^The kernel does not answer\./);
  });

  test("shows an error until the next edit works, not until a leftover frame comes", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    type(get(el, "input[aria-label=Seed]"), "7");
    const { view, seq } = model.edits().at(-1) as { view: string; seq: number };
    model.tell("msg:custom", { type: "error", view, seq, message: "Seed 7 is bad." }, []);
    const strip = get(el, ".sefa-error");
    expect([strip.hidden, strip.textContent]).toEqual([false, "Seed 7 is bad.×"]);
    expect(get(el, "input[aria-label=Seed]").value).toBe("12");
    const leftover = { type: "frame", view, seq: seq - 1, revision: 5, quality: "final", unedited: false };
    const sheet = { rows: 2, columns: 1, tiles: [[0, 0]] };
    const picture = { ...sheet, mime: "image/x-rgba", width: 2, height: 2, render_ms: 1 };
    model.tell("msg:custom", { ...leftover, ...picture }, [new DataView(new ArrayBuffer(16))]);
    expect(strip.hidden).toBe(false);
    type(get(el, "input[aria-label=Seed]"), "8");
    model.answer();
    expect(strip.hidden).toBe(true);
  });

  test("shows its own failures", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const model = new FakeModel();
    const { el } = render(model);
    const { view } = model.last();
    const frame = { type: "frame", view, seq: 1, revision: 5, quality: "final", unedited: false };
    const sheet = { rows: 2, columns: 1, tiles: [[0, 0]] };
    const picture = { ...sheet, mime: "image/x-rgba", width: 2, height: 2, render_ms: 1 };
    model.tell("msg:custom", { ...frame, ...picture }, [new DataView(new ArrayBuffer(3))]);
    expect(get(el, ".sefa-error").textContent).toContain("The panel failed");
    expect(console.error).toHaveBeenCalled();
  });
});

describe("directions", () => {
  const values = Array.from({ length: 25 }, (_, i) => 1 / (i + 1));
  const many = { values, ends: values.map(() => 5), stops: values.map(() => "change"), second: null };
  const model25 = (strengths = {}) => {
    const model = new FakeModel();
    model.traits.directions_info = { ...(model.traits.directions_info as object), ...many };
    model.traits.state = { ...(model.traits.state as object), strengths };
    return model;
  };
  const shown = (el: HTMLElement) =>
    [...el.querySelectorAll(".sefa-index")].map((index) => index.textContent);

  test("ten are shown at first, more and fewer by button", () => {
    const { el } = render(model25());
    expect(shown(el)).toHaveLength(10);
    buttonNamed(el, "More").click();
    buttonNamed(el, "More").click();
    expect(shown(el)).toHaveLength(25);
    expect(buttonNamed(el, "More").disabled).toBe(true);
    buttonNamed(el, "Fewer").click();
    expect(shown(el)).toHaveLength(20);
  });

  test("one with a strength is shown wherever it is, and stays when it is reset", () => {
    const { el } = render(model25({ 20: 1 }));
    expect(shown(el).at(-1)).toBe("#20");
    get(el, "button[aria-label='Reset direction 20']").click();
    expect(shown(el).at(-1)).toBe("#20");
    buttonNamed(el, "Fewer").click();
    expect(shown(el)).toHaveLength(10);
  });

  test("a slider sends its absolute strength, in steps that know zero exactly", () => {
    const model = model25();
    const { el } = render(model);
    model.answer();
    slide(direction(el, 3), 1.23456);
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 3: 1.23 } });
    model.answer();
    slide(direction(el, 3), 0.004);
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 3: 0 } });
  });

  test.each([
    ["ArrowRight", 0.1],
    ["ArrowDown", -0.1],
    ["PageUp", 1],
    ["PageDown", -1],
    ["Home", -5],
    ["End", 5],
  ])("%s moves the focused slider", (name, strength) => {
    const model = model25();
    const { el } = render(model);
    model.answer();
    key(direction(el, 1), name);
    expect(model.edits().at(-1)).toMatchObject({ patch: { strengths: { 1: strength } }, moving: true });
    model.answer();
    key(direction(el, 1), name, "keyup");
    expect(model.edits().at(-1)).toMatchObject({ patch: {}, moving: false });
  });

  test("Delete, a double click and the row's button set it to zero; Reset all all of them", () => {
    const resets: ((el: HTMLElement) => void)[] = [
      (el) => key(direction(el, 0), "Delete"),
      (el) => direction(el, 0).dispatchEvent(new MouseEvent("dblclick", { bubbles: true })),
      (el) => get(el, "button[aria-label='Reset direction 0']").click(),
    ];
    for (const reset of resets) {
      const model = model25({ 0: 2, 1: 1 });
      const { el } = render(model);
      model.answer();
      reset(el);
      expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 0: 0 } });
      model.answer();
      buttonNamed(el, "Reset all").click();
      expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 1: 0 } });
    }
  });

  const withEnds = (ends: number[], stops: string[], change: number | null, strengths = {}) => {
    const model = model25(strengths);
    model.traits.directions_info = { ...(model.traits.directions_info as object), ends, stops, change };
    return model;
  };
  const ends = values.map((_, i) => i + 1);
  const stops = values.map((_, i) => ["change", "sharpness", "flat", "estimate"][i % 4] ?? "");
  const endTexts = (el: HTMLElement) => [...el.querySelectorAll(".sefa-end")].map((end) => end.textContent);

  test("each slider has ends of its own, which stay while it is held", () => {
    const model = withEnds(ends, stops, 0.3);
    const { el } = render(model);
    expect([0, 3].map((index) => direction(el, index).max)).toEqual(["1", "4"]);
    direction(el, 0).dispatchEvent(new Event("pointerdown"));
    model.traits.directions_info = { ...(model.traits.directions_info as object), ends: values.map(() => 9) };
    model.tell("change:directions_info");
    expect([0, 3].map((index) => direction(el, index).max)).toEqual(["1", "9"]);
    direction(el, 0).dispatchEvent(new Event("pointerup"));
    model.setState({ seed: 3 });
    expect(direction(el, 0).max).toBe("9");
  });

  test("each row says where its slider ends, and why", () => {
    const { el } = render(withEnds([0.567, 2.186, 10.24, 1.5, ...ends.slice(4)], stops, 0.3));
    expect(endTexts(el).slice(0, 4)).toEqual(["±0.57", "±2.19", "±10.2", "≈1.5"]);
    const titles = [...el.querySelectorAll<HTMLElement>(".sefa-end")].map(({ title }) => title);
    expect(titles[0]).toContain("ends at 0.57: there the picture has changed by half the difference");
    expect(titles[1]).toContain("pictures break");
    expect(titles[2]).toContain("hardly changes any more");
    expect(titles[3]).toContain("an estimate, not measured yet");
  });

  test("a sentence says what the ends mean, and its title what was measured", () => {
    const model = withEnds(ends, stops, 0.284);
    const { el } = render(model);
    const meaning = get<HTMLElement>(el, ".sefa-ends-meaning");
    expect(meaning.textContent).toBe(
      "At its end a slider changes the picture by half the difference between two seeds.",
    );
    expect(meaning.title).toContain("Half the difference is 0.284");
    model.traits.directions_info = { ...(model.traits.directions_info as object), change: null };
    model.tell("change:directions_info");
    expect(meaning.textContent).toBe("The ends of the sliders are estimates until they are measured.");
    expect(meaning.title).toBe("");
  });

  test("what to know of how the directions were found stands above them, as long as it holds", () => {
    const model = withEnds(ends, stops, 0.284);
    const { el } = render(model);
    const notes = get<HTMLElement>(el, ".sefa-notes");
    expect(notes.textContent).toBe("FastICA has not converged in 500 rounds.");
    const told = ["FastICA has not converged.", "Second search: nor has this."];
    model.traits.directions_info = { ...(model.traits.directions_info as object), notes: told };
    model.tell("change:directions_info");
    expect([notes.hidden, notes.textContent]).toEqual([false, told.join(" ")]);
    model.traits.directions_info = { ...(model.traits.directions_info as object), notes: [] };
    model.tell("change:directions_info");
    expect(notes.hidden).toBe(true);
  });

  test("the range is stretched by button: every slider goes farther and its text says so", () => {
    const model = withEnds(ends, stops, 0.284);
    const { el } = render(model);
    model.answer();
    const pressed = () =>
      [...el.querySelectorAll(".sefa-stretch button[aria-pressed=true]")].map((one) => one.textContent);
    expect(pressed()).toEqual(["×1"]);
    buttonNamed(el, "×5").click();
    expect(model.edits().at(-1)?.patch).toEqual({ stretch: 5 });
    expect(pressed()).toEqual(["×5"]);
    expect([0, 3].map((index) => direction(el, index).max)).toEqual(["5", "20"]);
    expect(endTexts(el).slice(0, 2)).toEqual(["±5", "±10"]);
    expect(get<HTMLElement>(el, ".sefa-row:first-child .sefa-end").title).toContain(
      "ends at 1, stretched 5 times",
    );
    expect(get(el, ".sefa-ends-meaning").textContent).toContain("5 times as far");
    model.answer();
    model.setState({ stretch: 2 });
    expect(pressed()).toEqual(["×2"]);
  });

  test("a strength beyond the end stays, is marked, and comes back by keyboard", () => {
    const model = withEnds(ends, stops, 0.284, { 1: 2.5 });
    const { el } = render(model);
    model.answer();
    const row = direction(el, 1).parentElement as HTMLElement;
    const field = get(el, "input[aria-label='Strength of direction 1']");
    expect([field.value, direction(el, 1).value]).toEqual(["2.5", "2"]);
    expect(row.classList).toContain("sefa-beyond");
    expect(endTexts(el)[1]).toBe(">2");
    expect(field.title).toContain("beyond the end");
    key(direction(el, 1), "ArrowRight");
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 1: 2.5 } });
    model.answer();
    key(direction(el, 1), "ArrowLeft");
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 1: 2.46 } });
    model.answer();
    buttonNamed(el, "×2").click();
    expect(row.classList).not.toContain("sefa-beyond");
    expect(endTexts(el)[1]).toBe("±4");
  });

  test("a typed strength may be beyond the slider's end; a half typed one is not overwritten", () => {
    const model = model25();
    const { el } = render(model);
    model.answer();
    const field = get(el, "input[aria-label='Strength of direction 2']");
    field.value = "1";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    model.setState({ strengths: { 2: 4 } });
    expect(field.value).toBe("1");
    type(field, "12.5");
    model.answer();
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 2: 12.5 } });
    expect(field.value).toBe("12.5");
  });

  test("without a spectrum there is a word instead of sliders", () => {
    const { el } = render(new FakeModel({ directions_info: {} }));
    expect(get(el, ".sefa-factorising").hidden).toBe(false);
    expect(shown(el)).toEqual([]);
    expect(get(el, ".sefa-method").textContent).toBe("Factorising…");
  });
});

describe("spectrum", () => {
  test("its heading tells method, layers and m", () => {
    const { el } = render(new FakeModel());
    expect(get(el, ".sefa-method").textContent).toBe(
      "Composed response · layers 0–2 · m = 57344 · rows normalised",
    );
  });

  test("Enter at the cursor goes to that direction's slider", () => {
    const { el } = render(new FakeModel());
    const cursor = get(el, ".sefa-spectrum-cursor");
    slide(cursor, 4);
    expect(get(el, ".sefa-tip").textContent).toBe("#4  λ/Σλ = 0.100 · 0–4 hold 100 %");
    key(cursor, "Enter");
    expect(document.activeElement).toBe(direction(el, 4));
  });

  test("axis, column and sliders say what the values are", () => {
    const { el } = render(new FakeModel());
    expect(get(el, ".sefa-unit").textContent).toBe("λ/Σλ, share of the response");
    const first = el.querySelector<HTMLElement>(".sefa-eigenvalue");
    expect(first?.textContent).toBe("λ/Σλ 0.310");
    expect(first?.title).toBe("λ/Σλ, share of the response: 0.31");
    expect(el.textContent).not.toContain("λ/m");
  });

  test("of a method without values is one line of text, and the sliders' column is empty", () => {
    const model = new FakeModel();
    const none = {
      method: "random",
      title: "Random",
      rows: 0,
      value_name: "",
      value_symbol: "",
      values: null,
    };
    model.traits.directions_info = {
      ...(model.traits.directions_info as object),
      ...none,
      normalized: false,
    };
    const { el } = render(model);
    const text = "Random: these directions have no values.";
    expect(get(el, ".sefa-spectrum").textContent).toContain(text);
    expect(get(el, ".sefa-chart").hidden).toBe(true);
    expect(el.querySelectorAll(".sefa-row")).toHaveLength(5);
    for (const cell of el.querySelectorAll(".sefa-eigenvalue")) expect(cell.textContent).toBe("");
    expect(get(el, ".sefa-method").textContent).toBe("Random · layers 0–2");

    model.traits.directions_info = new FakeModel().traits.directions_info as object;
    model.tell("change:directions_info");
    expect(get(el, ".sefa-chart").hidden).toBe(false);
    expect(get(el, ".sefa-spectrum").textContent).not.toContain(text);
  });

  test("is marked stale while other layers are wanted", () => {
    const { el } = render(new FakeModel());
    buttonNamed(el, "all").click();
    const section = get(el, ".sefa-spectrum");
    expect(section.classList.contains("sefa-stale")).toBe(false); // [0, 3] is all
    buttonNamed(el, "latent only").click();
    expect(section.classList.contains("sefa-stale")).toBe(true);
  });
});

describe("layers", () => {
  const codes = () => {
    const model = new FakeModel();
    model.traits.generator_info = { ...(model.traits.generator_info as object), num_codes: 3 };
    return model;
  };

  test("thumbs move by keyboard, and the range is never empty", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const first = get(el, "input[aria-label='Found in, first layer']");
    expect(first.getAttribute("aria-valuetext")).toBe("from latent projection");
    slide(first, 3);
    expect(model.edits().at(-1)?.patch).toEqual({ layers: [2, 3] });
    expect(first.getAttribute("aria-valuetext")).toBe("from 16x16 conv");
    expect(get(el, ".sefa-named-range:nth-child(2) .sefa-range-text").textContent).toBe(
      "layer 2: 16x16 conv",
    );
  });

  test("edited layers are tied at first, and untied and tied again by a box", () => {
    const model = codes();
    const { el } = render(model);
    model.answer();
    const tied = get(el, ".sefa-layer-options label:nth-child(2) input");
    expect(tied.checked).toBe(true);
    tied.click();
    expect(model.edits().at(-1)?.patch).toEqual({ edit_layers: [0, 3] });
    model.answer();
    expect(tied.checked).toBe(false);
    slide(get(el, "input[aria-label='Applied to, last layer']"), 2);
    expect(model.edits().at(-1)?.patch).toEqual({ edit_layers: [0, 2] });
    model.answer();
    tied.click();
    expect(model.edits().at(-1)?.patch).toEqual({ edit_layers: null });
  });

  test("with one code for all layers there is nothing to untie", () => {
    const { el } = render(new FakeModel());
    expect(get(el, ".sefa-layer-options label:nth-child(2)").hidden).toBe(true);
    expect(get(el, ".sefa-applied").hidden).toBe(true);
  });

  test("rows are normalised by a box", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    get(el, ".sefa-layer-options label:first-child input").click();
    expect(model.edits().at(-1)?.patch).toEqual({ normalize: false });
  });
});

describe("pictures of directions", () => {
  const looks = (model: FakeModel, group: string) =>
    model.sent.filter((message) => message.type === "look").filter(({ name }) => name.startsWith(group));
  const opened = (el: HTMLElement) =>
    [...el.querySelectorAll(".sefa-open .sefa-index")].map((number) => number.textContent);
  const frames = (el: HTMLElement) => [
    ...el.querySelectorAll<HTMLButtonElement>(".sefa-open .sefa-frame-button"),
  ];
  const ready = (traits = {}) => {
    const model = new FakeModel(traits);
    const { el } = render(model);
    model.answer();
    return { model, el };
  };

  test("both ends of each row are asked for once the picture is there, hatched until they come", () => {
    const model = new FakeModel();
    const { el } = render(model);
    expect(looks(model, "ends")).toEqual([]);
    model.answer();
    const [look] = looks(model, "ends");
    expect(look?.items.slice(0, 4)).toEqual([
      [0, 0, -3.5],
      [0, 0, 3.5],
      [0, 1, -4],
      [0, 1, 4],
    ]);
    const hatched = () => el.querySelectorAll(".sefa-end-picture .sefa-pending").length;
    expect(hatched()).toBe(10);
    model.see("ends", [0, 1, 2]);
    expect(hatched()).toBe(7);
  });

  test("nothing is asked for or marked while a control is held; then the rest is out of date until it comes", () => {
    const { model, el } = ready();
    model.see("ends");
    model.see("strip");
    const before = model.sent.filter(({ type }) => type === "look").length;
    direction(el, 1).dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, button: 0 }));
    slide(direction(el, 1), 2);
    model.answer();
    expect(model.sent.filter(({ type }) => type === "look")).toHaveLength(before);
    expect(el.querySelectorAll(".sefa-end-picture .sefa-outdated")).toHaveLength(0);
    window.dispatchEvent(new PointerEvent("pointerup"));
    model.answer();
    expect(el.querySelectorAll(".sefa-end-picture .sefa-outdated")).toHaveLength(8); // all but its own
    expect(looks(model, "ends").at(-1)?.items).toHaveLength(8);
    model.see("ends");
    expect(el.querySelectorAll(".sefa-end-picture .sefa-outdated")).toHaveLength(0);
  });

  test("a click on an end sets that end", () => {
    const { model, el } = ready();
    get(el, "button[aria-label='Set direction 2 to its minus end']").click();
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 2: -4.2 } });
    model.answer();
    expect(model.edits().at(-1)?.patch).toEqual({ focused: 2 });
    model.answer();
    get(el, "button[aria-label='Set direction 2 to its plus end']").click();
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 2: 4.2 } });
  });

  test("the focused row has the filmstrip, and only that one", () => {
    const { model, el } = ready();
    expect(opened(el)).toEqual(["#0"]);
    direction(el, 3).focus();
    expect(opened(el)).toEqual(["#3"]);
    expect(model.edits().at(-1)).toMatchObject({ patch: { focused: 3 } });
    model.answer();
    const strengths = looks(model, "strip")
      .at(-1)
      ?.items.map(([, , strength]) => strength);
    expect(strengths).toHaveLength(7);
    expect([strengths?.[0], strengths?.[3], strengths?.[6]]).toEqual([-4, 0, 4]);
  });

  test("Python opens a row, or closes the open one", () => {
    const { model, el } = ready();
    model.setState({ focused: 4 });
    expect(opened(el)).toEqual(["#4"]);
    model.setState({ focused: null });
    expect(opened(el)).toEqual([]);
  });

  test("a filmstrip above a pressed row stays until the pointer has left", () => {
    const { el } = ready();
    const list = get(el, ".sefa-rows");
    direction(el, 3).dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, button: 0 }));
    direction(el, 3).focus();
    window.dispatchEvent(new PointerEvent("pointerup"));
    expect(opened(el)).toEqual(["#0", "#3"]);
    list.dispatchEvent(new PointerEvent("pointerleave"));
    expect(opened(el)).toEqual(["#3"]);
  });

  test("a frame sets its strength, and the one nearest to the present strength is marked", () => {
    const { model, el } = ready();
    const marked = () => frames(el).map((frame) => frame.getAttribute("aria-current"));
    expect(marked()).toEqual([null, null, null, null, null, "true", null]); // 2.5 of 3.5
    expect(get(el, ".sefa-nearest").textContent).toBe("+2.33");
    frames(el)[1]?.click();
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 0: -2.335 } });
    expect(marked()[1]).toBe("true");
  });

  test("a shows the filmstrip of everyone, and of one again", () => {
    const { model, el } = ready();
    model.see("strip");
    key(get(el, ".sefa-panel"), "a");
    expect(frames(el)).toHaveLength(14);
    const names = [...el.querySelectorAll(".sefa-strip-name")].map((name) => name.textContent);
    expect(names).toEqual(["seed 12", "Max"]);
    const rows = looks(model, "strip")
      .at(-1)
      ?.items.map(([row]) => row);
    expect(rows).toEqual(Array(7).fill(1)); // those of the first are there
    get(el, ".sefa-open .sefa-all").click();
    expect(frames(el)).toHaveLength(7);
  });

  test("Go to brings a direction; a number there is none of is said at the field and kept", () => {
    const { el } = ready();
    key(get(el, ".sefa-panel"), "g");
    const field = get(el, "input[aria-label='Go to direction']");
    expect(document.activeElement).toBe(field);
    field.value = "900";
    key(field, "Enter");
    const problem = get(el, ".sefa-go-to [role=alert]");
    expect([problem.hidden, problem.textContent]).toEqual([
      false,
      "“900” is no direction: type 0 to 4, or a name.",
    ]);
    expect([field.value, field.getAttribute("aria-invalid")]).toEqual(["900", "true"]);
    field.value = "4";
    key(field, "Enter");
    expect(problem.hidden).toBe(true);
    expect(document.activeElement).toBe(direction(el, 4));
  });

  test("the wall shows both ends of many in place of the rows; one of them opens its row", () => {
    const { model, el } = ready();
    const wall = buttonNamed(el, "Wall");
    wall.click();
    model.answer();
    expect(wall.getAttribute("aria-pressed")).toBe("true");
    expect(get(el, ".sefa-rows").hidden).toBe(true);
    expect(looks(model, "wall").at(-1)?.items).toHaveLength(10);
    const pairs = [...el.querySelectorAll<HTMLButtonElement>(".sefa-pair")];
    pairs[0]?.focus();
    key(pairs[0] as HTMLButtonElement, "ArrowRight");
    expect(document.activeElement).toBe(pairs[1]);
    pairs[1]?.click();
    expect([wall.getAttribute("aria-pressed"), get(el, ".sefa-wall").hidden]).toEqual(["false", true]);
    expect(document.activeElement).toBe(direction(el, 1));
  });
});

describe("people", () => {
  test("each has its picture, and a click makes one the large one", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    expect([...el.querySelectorAll(".sefa-name")].map((name) => name.textContent)).toEqual([
      "seed 12",
      "Max",
    ]);
    expect(el.querySelectorAll(".sefa-picture.sefa-pending")).toHaveLength(2); // the second edit's
    buttonNamed(el, "Max").click();
    expect(model.edits().at(-1)?.patch).toEqual({ chosen: 1 });
    expect(get(el, "input[aria-label=Seed]").value).toBe("31");
    expect(get(el, ".sefa-chosen").textContent).toContain("Max");
  });

  test("one is added with the class of the large one, and removed", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    key(get(el, ".sefa-panel"), "+");
    const { starts } = model.edits().at(-1)?.patch ?? {};
    expect(starts?.at(-1)).toEqual({ seed: 5_000_000, label: null, name: "" });
    model.answer();
    get<HTMLElement>(el, "button[aria-label='Remove seed 12']").click();
    expect(model.edits().at(-1)?.patch).toMatchObject({
      starts: [{ seed: 31 }, { seed: 5_000_000 }],
      chosen: 0,
    });
  });

  test("who is before the large one can go, and the large one stays large", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    model.setState({ chosen: 1 });
    model.answer();
    get<HTMLElement>(el, "button[aria-label='Remove seed 12']").click();
    expect(model.edits().at(-1)?.patch).toMatchObject({ starts: [{ seed: 31 }], chosen: 0 });
    expect(get(el, ".sefa-chosen").textContent).toContain("Max");
  });
});

test("a slider says its value and its range to those who hear it", () => {
  const model = new FakeModel();
  model.traits.state = { ...(model.traits.state as object), strengths: { 0: -2.5 }, carried: [] };
  const { el } = render(model);
  model.answer();
  expect(direction(el, 0).getAttribute("aria-valuetext")).toBe("−2.5 of ±3.5");
});

test("the rows stand in the order that is chosen, and keep their places while one is pressed", () => {
  const model = new FakeModel();
  model.traits.state = { ...(model.traits.state as object), strengths: {}, carried: [], sort: "moved" };
  const { el } = render(model);
  model.answer();
  const order = () => [...el.querySelectorAll(".sefa-row .sefa-index")].map((one) => one.textContent);
  expect(order().slice(0, 3)).toEqual(["#0", "#1", "#2"]);
  direction(el, 2).dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, button: 0 }));
  model.setState({ strengths: { 2: 1 } });
  expect(order().slice(0, 3)).toEqual(["#0", "#1", "#2"]);
  window.dispatchEvent(new PointerEvent("pointerup"));
  model.setState({ strengths: { 2: 1.5 } });
  expect(order().slice(0, 3)).toEqual(["#2", "#0", "#1"]);
  const select = get<HTMLSelectElement>(el, "select[aria-label='Order of the directions']");
  model.answer(); // the picture while it was held
  model.answer(); // and after
  select.value = "value";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  expect(model.edits().some(({ patch }) => patch.sort === "value")).toBe(true);
});

describe("a locked direction", () => {
  const locked = () => {
    const model = new FakeModel();
    model.traits.state = {
      ...(model.traits.state as object),
      strengths: { 0: 2.5, 2: 1 },
      locked: [2],
      carried: [],
    };
    const { el } = render(model);
    model.answer();
    return { model, el };
  };

  test("is left alone by Reset all", () => {
    const { model, el } = locked();
    buttonNamed(el, "Reset all").click();
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 0: 0 } });
    model.answer();
    expect(buttonNamed(el, "Reset all").disabled).toBe(true);
  });

  test.each([
    ["its button", (el: HTMLElement) => get(el, "button[aria-label='Lock direction 3']").click()],
    ["l in the open row", (el: HTMLElement) => key(get(el, ".sefa-panel"), "l")],
  ])("is locked by %s", (_, lock) => {
    const model = new FakeModel();
    model.traits.state = { ...(model.traits.state as object), focused: 3, locked: [2], carried: [] };
    const { el } = render(model);
    model.answer();
    expect(get(el, "button[aria-label='Lock direction 3']").getAttribute("aria-pressed")).toBe("false");
    lock(el);
    expect(model.edits().at(-1)?.patch).toEqual({ locked: [2, 3] });
    model.answer();
    expect(get(el, "button[aria-label='Lock direction 3']").getAttribute("aria-pressed")).toBe("true");
    lock(el);
    expect(model.edits().at(-1)?.patch).toEqual({ locked: [2] });
  });
});

describe("visited pictures", () => {
  test("are named, the present one is marked, and a click goes back", () => {
    const model = new FakeModel();
    model.traits.history = {
      ...{ undo: "Strengths", redo: null, revision: 5 },
      ...{ first: 3, place: 5, names: ["start", "seed 88", "#0 +2.50"] },
    };
    const { el } = render(model);
    model.answer();
    const steps = [...el.querySelectorAll<HTMLButtonElement>(".sefa-step")];
    expect(steps.map((step) => step.textContent)).toEqual(["start", "seed 88", "now"]);
    expect(steps.map((step) => step.getAttribute("aria-current"))).toEqual([null, null, "step"]);
    steps[2]?.click();
    expect(model.sent.some(({ type }) => type === "visit")).toBe(false);
    steps[1]?.click();
    expect(model.last()).toMatchObject({ type: "visit", place: 4 });
  });

  test("are kept when all is quiet, for the step that they are of", () => {
    const model = new FakeModel();
    model.traits.history = {
      undo: null,
      redo: null,
      revision: 5,
      first: 0,
      place: 1,
      names: ["start", "seed 1"],
    };
    const { el } = render(model);
    const pending = () =>
      [...el.querySelectorAll(".sefa-step .sefa-look")].map((l) => l.classList.contains("sefa-pending"));
    model.setState({ seed: 3 }); // revision 6, whose step is not told yet
    model.answer();
    expect(pending()).toEqual([true, true]);
    model.traits.history = { ...(model.traits.history as object), revision: 6 };
    model.tell("change:history");
    model.tell("change:state");
    expect(pending()).toEqual([true, false]);
  });
});

describe("visited pictures that the page does not have, as after a reload", () => {
  const history = {
    ...{ undo: "Strengths", redo: null, revision: 5 },
    ...{ first: 3, place: 6, names: ["start", "seed 88", "#0 +1.50", "#0 +2.50"], revisions: [0, 2, 4, 5] },
  };
  const asked = (model: FakeModel) =>
    model.sent.filter((message) => message.type === "look" && message.name.startsWith("visited"));
  const pending = (el: HTMLElement) =>
    [...el.querySelectorAll(".sefa-step .sefa-look")].map((look) => look.classList.contains("sefa-pending"));

  test("are asked for once all is quiet, the newest first, before what is more urgent", () => {
    const model = new FakeModel();
    model.traits.history = history;
    const { el } = render(model);
    expect(asked(model)).toEqual([]);
    model.answer();
    const items = [5, 4, 3].map((place) => [place, place, 0]);
    expect(asked(model)).toMatchObject([{ items, visited: true, study: false }]);
    const looks = model.sent.filter((message) => message.type === "look" && message.items.length > 0);
    expect(looks[0]).toEqual(asked(model)[0]);
    expect(pending(el)).toEqual([true, true, true, false]);
    model.see("visited", [0, 2]);
    expect(pending(el)).toEqual([false, true, false, false]);
  });

  test("are asked for again where another step stands at the place", () => {
    const model = new FakeModel();
    model.traits.history = history;
    render(model);
    model.answer();
    model.see("visited");
    model.traits.history = {
      ...history,
      place: 3,
      revision: 7,
      names: ["start", "seed 9"],
      revisions: [0, 7],
    };
    model.setState({ seed: 9 });
    model.tell("change:history");
    model.answer();
    expect(asked(model).at(-1)).toMatchObject({ items: [[4, 4, 0]] });
  });
});

describe("the control of the spectrum", () => {
  const toggle = (el: HTMLElement) => get(el, ".sefa-control-button");
  const note = (el: HTMLElement) => get(el, ".sefa-control-note");

  test("is asked for by its button, says what comes, and is drawn with a sentence", () => {
    const model = new FakeModel({ control_info: {} });
    const { el } = render(model);
    model.answer();
    expect([toggle(el).getAttribute("aria-pressed"), note(el).hidden]).toEqual(["false", true]);
    toggle(el).click();
    expect(model.edits().at(-1)?.patch).toEqual({ control: true });
    model.answer();
    expect(toggle(el).getAttribute("aria-pressed")).toBe("true");
    expect(note(el).textContent).toContain("comes when nothing else is wanted");
    expect(get(el, ".sefa-control-line").getAttribute("d")).toBe("");
    model.traits.control_info = wire.traits.control_info;
    model.tell("change:control_info");
    expect(note(el).textContent).toContain("in 10 (later 20) networks before training");
    expect(get(el, ".sefa-control-line").getAttribute("d")).toMatch(/^M0 /);
    toggle(el).click();
    expect(model.edits().at(-1)?.patch).toEqual({ control: false });
    expect([note(el).hidden, get(el, ".sefa-control-line").getAttribute("d")]).toEqual([true, ""]);
  });

  test("is not drawn for other directions, and its button says why there is none", () => {
    const missing = "These directions have no values, so there is no control.";
    const state = { ...wire.traits.state, carried: [], control: true };
    const model = new FakeModel({ state, control_info: { ...wire.traits.control_info, missing } });
    model.traits.directions_info = { ...wire.traits.directions_info, values: [3, 2, 1] };
    const { el } = render(model);
    model.answer();
    expect(note(el).textContent).toBe(missing);
    expect(get(el, ".sefa-control-line").getAttribute("d")).toBe("");
  });

  test("has its progress told for all views, and a cancel button", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const told = { type: "progress", view: "", seq: 0, text: "control: 3 of 20 networks", fraction: 0.15 };
    model.tell("msg:custom", told);
    expect(get(el, ".sefa-progress").hidden).toBe(false);
    buttonNamed(el, "Cancel").click();
    expect(model.last()).toMatchObject({ type: "cancel" });
    model.tell("msg:custom", { ...told, text: "", fraction: 1 });
    expect(get(el, ".sefa-progress").hidden).toBe(true);
  });
});

describe("size", () => {
  test("for a projector by button and key", () => {
    const { el } = render(new FakeModel());
    const root = get(el, ".sefa-panel");
    const projector = get(el, "button[aria-label=Projector]");
    projector.click();
    expect([root.classList.contains("sefa-projector"), projector.getAttribute("aria-pressed")]).toEqual([
      true,
      "true",
    ]);
    key(root, "p");
    expect(root.classList.contains("sefa-projector")).toBe(false);
  });

  test("the whole screen where the host allows it", () => {
    expect(get(render(new FakeModel()).el, "button[aria-label='Full screen']").hidden).toBe(true);
    Object.defineProperty(document, "fullscreenEnabled", { value: true, configurable: true });
    const { el } = render(new FakeModel());
    const root = get(el, ".sefa-panel");
    root.requestFullscreen = vi.fn(() => Promise.resolve());
    get(el, "button[aria-label='Full screen']").click();
    key(root, "P");
    expect(root.requestFullscreen).toHaveBeenCalledTimes(2);
    Object.defineProperty(document, "fullscreenEnabled", { value: false, configurable: true });
  });
});

describe("where a direction changes the pictures", () => {
  test("is drawn from both ends of the open row, for each person", () => {
    const model = new FakeModel();
    model.traits.state = { ...(model.traits.state as object), focused: 1, carried: [] };
    const { el } = render(model);
    model.answer();
    expect(get(el, ".sefa-heat-note").hidden).toBe(true);
    key(get(el, ".sefa-panel"), "h");
    const looks = model.sent.filter((message) => message.type === "look");
    expect(looks.findLast(({ name }) => name.startsWith("heat"))?.items).toEqual([
      [0, 1, -4],
      [0, 1, 4],
      [1, 1, -4],
      [1, 1, 4],
    ]);
    expect(get(el, ".sefa-heat-note").textContent).toContain("where direction 1 changes each picture");
    expect(el.querySelectorAll(".sefa-heated .sefa-heat")).toHaveLength(2);
    buttonNamed(el, "Where it changes").click();
    expect(el.querySelectorAll(".sefa-heated")).toHaveLength(0);
  });
});

describe("a long search", () => {
  test("can be cancelled by button and by Escape, and only then", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    key(get(el, ".sefa-panel"), "Escape");
    expect(model.sent.some(({ type }) => type === "cancel")).toBe(false);
    const view = model.sent[0]?.view;
    model.tell(
      "msg:custom",
      { type: "progress", view, seq: 1, text: "jacobian: 1 of 4", fraction: 0.25 },
      [],
    );
    buttonNamed(el, "Cancel").click();
    expect(model.last()).toEqual({ type: "cancel", view });
    model.sent.length = 0;
    key(get(el, ".sefa-panel"), "Escape");
    expect(model.last()).toEqual({ type: "cancel", view });
  });

  test("for a file that is cancelled goes away, and it is said that nothing is saved", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const view = model.sent[0]?.view;
    const tell = (text: string, fraction: number) =>
      model.tell("msg:custom", { type: "progress", view, seq: 0, text, fraction }, []);
    tell("page: 0 %", 0);
    expect(get(el, ".sefa-share > [role=status]").textContent).toBe("");
    tell("", 1);
    expect(get(el, ".sefa-progress").hidden).toBe(true);
    expect(get(el, ".sefa-share > [role=status]").textContent).toBe("Cancelled: nothing is saved");
  });
});

describe("an edit that is carried over", () => {
  const carried = [
    {
      method: "sefa",
      layers: [0, 1],
      normalize: true,
      options: {},
      strengths: { 1: 0.26, 4: -0.9 },
      edit_layers: null,
    },
    {
      method: "own",
      layers: [1, 3],
      options: {},
      strengths: { 0: 1, 1: 1, 2: 1, 3: 1, 4: 1 },
      edit_layers: null,
    },
  ];
  const open = () => {
    const model = new FakeModel();
    model.traits.state = { ...(model.traits.state as object), carried };
    const { el } = render(model);
    model.answer();
    return { model, el };
  };

  test("is described above the rows", () => {
    const { el } = open();
    const note = get(el, ".sefa-carried");
    expect(note.hidden).toBe(false);
    expect(note.textContent).toContain("SeFa, layer 0: #1 +0.26, #4 −0.9; own, layers 1–2: #0 +1");
    expect(note.textContent).toContain("and 1 more");
  });

  test("can be removed, spread over the sliders, and reset with them", () => {
    const { model, el } = open();
    buttonNamed(el, "Remove").click();
    expect(model.edits().at(-1)?.patch).toEqual({ carried: [] });
    model.answer();
    buttonNamed(el, "Spread over these sliders").click();
    expect(model.last().type).toBe("spread");
  });

  test("goes with Reset all, in one step", () => {
    const { model, el } = open();
    buttonNamed(el, "Reset all").click();
    expect(model.edits().at(-1)?.patch).toEqual({ strengths: { 0: 0 }, carried: [] });
    model.answer();
    expect(get(el, ".sefa-carried").hidden).toBe(true);
    expect(buttonNamed(el, "Reset all").disabled).toBe(true);
  });
});

describe("undo", () => {
  test("by button and key, as long as there is something", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const undo = get<HTMLButtonElement>(el, ".sefa-undo");
    expect([undo.disabled, undo.title]).toEqual([false, "Undo: Strengths (Ctrl+Z)"]);
    expect(get<HTMLButtonElement>(el, ".sefa-redo").disabled).toBe(true);
    undo.click();
    expect(model.last()).toMatchObject({ type: "undo", redo: false });
    const press = (init: KeyboardEventInit) =>
      get(el, ".sefa-panel").dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true }));
    press({ key: "z", ctrlKey: true });
    press({ key: "Z", ctrlKey: true, shiftKey: true });
    press({ key: "y", metaKey: true });
    const told = model.sent.filter(({ type }) => type === "undo").slice(-3);
    expect(told).toMatchObject([{ redo: false }, { redo: true }, { redo: true }]);
    model.traits.history = { undo: null, redo: "The starts" };
    model.tell("change:history");
    expect([undo.disabled, get<HTMLButtonElement>(el, ".sefa-redo").title]).toEqual([
      true,
      "Redo: The starts (Ctrl+Shift+Z)",
    ]);
  });

  test("a drag is one step, and the next one another", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const drag = () => {
      direction(el, 0).dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, button: 0 }));
      for (const value of [1, 2]) {
        slide(direction(el, 0), value);
        model.answer();
        vi.advanceTimersByTime(700);
      }
      window.dispatchEvent(new PointerEvent("pointerup"));
    };
    drag();
    drag();
    const steps = model.edits().filter(({ patch }) => patch.strengths);
    expect(steps.map(({ step }) => step)).toEqual([1, 1, 2, 2]);
  });
});

describe("method", () => {
  test("one that reads latent weights cannot be chosen where a layer has none", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const disabled = () =>
      [...get<HTMLSelectElement>(el, ".sefa-methods label:first-child select").options]
        .filter((option) => option.disabled)
        .map((option) => option.value);
    expect(disabled()).toEqual(["sefa"]);
    model.setState({ layers: [0, 1] });
    expect(disabled()).toEqual([]);
  });

  test("options of the method have a control each, and what is set goes up with the others", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    expect(get(el, ".sefa-options").hidden).toBe(true);
    model.setState({ method: "composed", options: { other: 1 } });
    model.answer();
    const features = get<HTMLSelectElement>(el, ".sefa-options select");
    expect(features.value).toBe("white");
    features.value = "shared";
    features.dispatchEvent(new Event("change"));
    expect(model.edits().at(-1)?.patch).toEqual({ options: { other: 1, features: "shared" } });
  });

  test("a choice is sent, says about how long it takes, and automatic is the default", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const select = get<HTMLSelectElement>(el, ".sefa-methods label:first-child select");
    expect([...select.options].map((option) => option.textContent)).toEqual([
      "automatic",
      "SeFa (milliseconds)",
      "Composed response (seconds)",
    ]);
    select.value = "composed";
    select.dispatchEvent(new Event("change"));
    expect(model.edits().at(-1)?.patch).toEqual({ method: "composed" });
    model.answer();
    select.value = "";
    select.dispatchEvent(new Event("change"));
    expect(model.edits().at(-1)?.patch).toEqual({ method: null });
  });

  test("a second method is sent, named under its picture, and its matches are shown", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const select = get<HTMLSelectElement>(el, ".sefa-methods label:last-child select");
    expect(get(el, ".sefa-captions").textContent).toBe("Composed responseJacobian");
    const matches = [...el.querySelectorAll(".sefa-row .sefa-match")].map((match) => match.textContent);
    expect(matches.slice(0, 2)).toEqual(["#1 0.93 close", "#0 0.80 close"]);
    select.value = "none";
    select.dispatchEvent(new Event("change"));
    expect(model.edits().at(-1)?.patch).toEqual({ second: null });
    model.traits.directions_info = { ...(model.traits.directions_info as object), second: null };
    model.tell("change:directions_info");
    expect(get(el, ".sefa-captions").hidden).toBe(true);
    expect(get<HTMLElement>(el, ".sefa-row:first-child .sefa-match").hidden).toBe(true);
  });

  test("the same method in other layers can stand beside the first, and the captions tell them apart", () => {
    const layers = Array.from({ length: 10 }, (_, number) => ({
      name: `layer ${number}`,
      resolution: 4 * 2 ** Math.floor(number / 2),
      row: number,
    }));
    const model = new FakeModel();
    model.traits.generator_info = { ...(model.traits.generator_info as object), layers, num_codes: 10 };
    model.traits.state = { ...(model.traits.state as object), layers: [0, 4], second: null, method: "pca" };
    const { el } = render(model);
    model.answer();
    const select = get<HTMLSelectElement>(el, ".sefa-methods label:last-child select");
    const others = [...select.querySelectorAll("optgroup option")].map((option) => option.textContent);
    expect(others).toEqual(["layers of 4–8 px", "layers of 16 px", "layers of 32–64 px", "layers of all"]);
    select.value = "layers 6 10";
    select.dispatchEvent(new Event("change"));
    expect(model.edits().at(-1)?.patch).toEqual({ second: { method: "pca", layers: [6, 10] } });
    const second = { method: "pca", title: "PCA", layers: [6, 10], matches: [[1, 0.5]], chance: 0.4 };
    model.traits.state = { ...(model.traits.state as object), second: { method: "pca", layers: [6, 10] } };
    const info = { ...(model.traits.directions_info as object), method: "pca", title: "PCA", layers: [0, 4] };
    model.traits.directions_info = { ...info, second };
    model.tell("change:state");
    model.tell("change:directions_info");
    expect(select.value).toBe("layers 6 10");
    expect(get(el, ".sefa-captions").textContent).toBe("PCA, layers 0–3PCA, layers 6–9");
  });

  test("other ends of the sliders draw the second picture again", () => {
    const model = new FakeModel();
    render(model);
    model.answer();
    const asked = model.edits().length;
    model.tell("change:directions_info");
    expect(model.edits().slice(asked)).toMatchObject([{ patch: {} }]);
    model.answer();
    model.setState({ strengths: { 0: 0 } });
    model.answer();
    const still = model.edits().length;
    model.tell("change:directions_info");
    expect(model.edits()).toHaveLength(still);
  });

  test("progress of long work is shown until its picture is there", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const view = model.sent[0]?.view;
    const progress = get(el, ".sefa-progress");
    model.tell("msg:custom", { type: "progress", view, seq: 1, text: "jacobian: 3 of 50", fraction: 0.06 });
    expect(progress.hidden).toBe(false);
    expect(progress.textContent).toBe("jacobian: 3 of 50Cancel");
    type(get(el, "input[aria-label=Seed]"), "77");
    model.answer();
    expect(progress.hidden).toBe(true);
  });
});

describe("seed", () => {
  test("previous, next, random and typing", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const seedOf = (act: () => void) => {
      act();
      model.answer();
      return model.edits().at(-1)?.patch.seed;
    };
    expect(seedOf(() => get(el, "button[aria-label='Next seed']").click())).toBe(13);
    expect(seedOf(() => get(el, "button[aria-label='Previous seed']").click())).toBe(12);
    expect(seedOf(() => type(get(el, "input[aria-label=Seed]"), "77"))).toBe(77);
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(seedOf(() => buttonNamed(el, "Random").click())).toBe(5_000_000);
  });

  test("class and truncation are there only where the generator has them", () => {
    const plain = render(new FakeModel()).el;
    expect(get(plain, "[title^=Class]").hidden).toBe(true);
    expect(get(plain, ".sefa-psi").hidden).toBe(true);
    const model = new FakeModel();
    model.traits.generator_info = { ...(model.traits.generator_info as object), num_classes: 10 };
    const { el } = render(model);
    model.answer();
    type(get(el, "[title^=Class] input"), "7");
    expect(model.edits().at(-1)?.patch).toEqual({ label: 7 });
    model.answer();
    slide(get(el, "input[aria-label=Truncation]"), 0.5);
    expect(model.edits().at(-1)?.patch).toEqual({ truncation_psi: 0.5 });
    model.answer();
    type(get(el, "input[aria-label='Truncation, exactly']"), "-1.5");
    expect(model.edits().at(-1)?.patch).toEqual({ truncation_psi: -1.5 });
  });

  test("codes that keep their variety are named where there are several codes", () => {
    const model = new FakeModel();
    const info = { ...(model.traits.generator_info as object), latent_space: "w", num_codes: 6 };
    model.traits.generator_info = info;
    const { el } = render(model);
    model.answer();
    const cutoff = get<HTMLInputElement>(el, "input[aria-label='Truncated codes']");
    type(cutoff, "4");
    expect(model.edits().at(-1)?.patch).toEqual({ truncation_cutoff: 4 });
    model.answer();
    type(cutoff, "");
    expect(model.edits().at(-1)?.patch).toEqual({ truncation_cutoff: null });
  });

  test("a seed that there is not stays in the field, which says what it must be", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const field = get<HTMLInputElement>(el, "input[aria-label=Seed]");
    const problem = get(el, `#${field.getAttribute("aria-describedby")}`);
    for (const text of ["-5", "2.7", "5000000000"]) {
      type(field, text);
      expect(problem.textContent).toBe(
        `${text} does not work: type a whole number from 0 to 4294967295. The picture is still of seed 12.`,
      );
      expect([field.value, field.getAttribute("aria-invalid")]).toEqual([text, "true"]);
    }
    expect(model.edits()).toEqual([]);
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect([field.value, problem.hidden, field.hasAttribute("aria-invalid")]).toEqual(["12", true, false]);
  });

  test("another seed takes a wrong one away, and there is none before 0", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const field = get<HTMLInputElement>(el, "input[aria-label=Seed]");
    type(field, "-5");
    model.setState({ seed: 0 });
    expect([field.value, get<HTMLButtonElement>(el, "button[aria-label='Previous seed']").disabled]).toEqual([
      "0",
      true,
    ]);
  });
});

describe("keys", () => {
  test("hosts that look for a command before a key comes to the panel are kept from it", () => {
    const { el } = render(new FakeModel());
    const slider = direction(el, 0);
    const heard: boolean[] = [];
    const host = () => heard.push(!slider.hasAttribute("data-lm-suppress-shortcuts"));
    document.addEventListener("keydown", host, true);
    key(slider, "b");
    const save = new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: true, composed: true });
    slider.dispatchEvent(save);
    document.removeEventListener("keydown", host, true);
    expect(heard).toEqual([false, true]);
  });

  test.each([
    ["[", { seed: 11 }],
    ["]", { seed: 13 }],
    ["0", { strengths: { 0: 0 } }],
  ])("%s in the panel", (name, patch) => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    key(get(el, ".sefa-panel"), name);
    expect(model.edits().at(-1)?.patch).toEqual(patch);
  });

  test("they mean nothing while a number is typed, or with Ctrl", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    key(get(el, "input[aria-label=Seed]"), "0");
    const ctrl = new KeyboardEvent("keydown", { key: "c", ctrlKey: true, bubbles: true, cancelable: true });
    get(el, ".sefa-panel").dispatchEvent(ctrl);
    expect(ctrl.defaultPrevented).toBe(false);
    expect(model.edits()).toEqual([]);
  });

  test("c shows the unedited picture while it is held", () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    const root = get(el, ".sefa-panel");
    key(root, "c");
    expect(model.edits().at(-1)).toMatchObject({ patch: {}, unedited: true });
    const compare = get(el, ".sefa-compare");
    expect([compare.getAttribute("aria-pressed"), compare.textContent]).toEqual(["true", "Unedited"]);
    model.answer();
    expect(get(el, ".sefa-badge").hidden).toBe(false);
    key(root, "c", "keyup");
    expect(model.edits().at(-1)).toMatchObject({ unedited: false });
    expect(compare.getAttribute("aria-pressed")).toBe("false");
  });

  test("no key press leaves the panel but the one that saves", () => {
    const { el } = render(new FakeModel());
    const leaked = vi.fn();
    el.addEventListener("keydown", leaked);
    for (const name of ["a", "d", "ArrowDown", "Enter", "Escape"]) key(direction(el, 0), name);
    expect(leaked).not.toHaveBeenCalled();
  });
});

describe("the region of the Jacobian", () => {
  const region = {
    ...{ name: "region", title: "Region", kind: "region", default: null, about: "What is to change." },
    ...{ least: null, most: null, above_zero: false, choices: [] },
  };
  const shown = (state: object) => {
    const model = new FakeModel();
    const [sefa, composed] = wire.traits.generator_info.methods;
    const methods = [sefa, { ...composed, name: "jacobian", options: [region] }];
    model.traits.generator_info = { ...wire.traits.generator_info, methods };
    model.traits.state = { ...(model.traits.state as object), second: null, method: "jacobian", ...state };
    const { el } = render(model);
    model.answer();
    return { model, take: get<HTMLButtonElement>(el, ".sefa-options button") };
  };

  test("is the box that is drawn on the picture", () => {
    const { model, take } = shown({ region: [0.25, 0, 0.75, 0.5] });
    expect([take.textContent, take.disabled]).toEqual(["whole picture", false]);
    take.click();
    expect(model.edits().at(-1)?.patch).toEqual({ options: { region: [0.25, 0, 0.75, 0.5] } });
  });

  test("is the whole picture again at a second press", () => {
    const { model, take } = shown({ options: { region: [0.25, 0, 0.75, 0.5] } });
    expect(take.textContent).toBe("rows 25–75 %, columns 0–50 %");
    take.click();
    expect(model.edits().at(-1)?.patch).toEqual({ options: { region: null } });
  });

  test("cannot be a box as long as there is none", () => {
    expect(shown({}).take.disabled).toBe(true);
  });
});

test("what the file of a generator did not tell stands in the header", () => {
  const model = new FakeModel();
  model.traits.generator_info = { ...wire.traits.generator_info, assumed: ["ReLU", "tanh"] };
  const { el } = render(model);
  expect(get(el, ".sefa-assumed").textContent).toBe("assumed: ReLU; tanh");
  expect(render(new FakeModel()).el.querySelector(".sefa-assumed")).toBeNull();
});

describe("the end of a slider", () => {
  const end = (el: HTMLElement) => get<HTMLButtonElement>(el, ".sefa-row:first-child button.sefa-end");
  const opened = () => {
    const model = new FakeModel();
    const { el } = render(model);
    model.answer();
    end(el).click();
    const field = get<HTMLInputElement>(el, "input[aria-label='End of slider 0']");
    return { model, el, field };
  };

  test("is typed in its row, and is said to be a person's", () => {
    const { model, el, field } = opened();
    type(field, "1.5");
    expect(model.edits().at(-1)?.patch).toEqual({ ranges: { "0": 1.5 } });
    model.answer();
    expect(direction(el, 0).max).toBe("1.5");
    expect(end(el).title).toContain("You let the slider end at 1.5");
  });

  test("is where it is measured again when the field is emptied", () => {
    const { model, el, field } = opened();
    type(field, "1.5");
    model.answer();
    end(el).click();
    type(field, "");
    model.answer();
    expect(model.edits().at(-1)?.patch).toEqual({ ranges: {} });
    expect(direction(el, 0).max).not.toBe("1.5");
  });

  test("must be above zero", () => {
    const { model, field } = opened();
    const sent = model.edits().length;
    type(field, "-2");
    expect(model.edits()).toHaveLength(sent);
    expect(field.getAttribute("aria-invalid")).toBe("true");
  });
});
