import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Copy, createCopy } from "../src/copy";

const events = { wanted: vi.fn(), ask: vi.fn(), closed: vi.fn() };
let copy: Copy;
let ending: AbortController;

/** Let everything that a settled promise sets off come to its end. */
const settle = () => new Promise((done) => setImmediate(done));
const get = <E extends HTMLElement>(selector: string) => copy.el.querySelector(selector) as E;

beforeEach(() => {
  vi.clearAllMocks();
  ending = new AbortController();
  copy = createCopy({ signal: ending.signal, fail: (error) => expect(error).toBeNull() }, events);
  document.body.append(copy.button, copy.el);
});

afterEach(() => {
  ending.abort();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

test("the code is asked for once the picture is as wanted, and only where a person wants it", () => {
  copy.look(true);
  copy.button.click();
  expect(events.wanted).toHaveBeenCalledTimes(1);
  copy.look(false);
  expect(events.ask).not.toHaveBeenCalled();
  copy.look(true);
  copy.look(true);
  expect(events.ask).toHaveBeenCalledTimes(1);
});

test("what came is copied, and the panel says so until the focus leaves", async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  copy.receive("sheet()");
  await settle();
  expect(writeText).toHaveBeenCalledWith("sheet()");
  expect(get("[role=status]").textContent).toBe("Copied");
  copy.button.dispatchEvent(new Event("blur"));
  expect(get("[role=status]").textContent).toBe("");
});

test.each([
  ["is none", undefined],
  ["may not be used", { writeText: () => Promise.reject(new Error("NotAllowedError")) }],
])("where the clipboard %s, the code is shown and selected", async (_, clipboard) => {
  vi.stubGlobal("navigator", { clipboard });
  const dialog = get<HTMLDialogElement>("dialog");
  dialog.showModal ??= () => dialog.setAttribute("open", "");
  copy.receive("sheet()");
  await settle();
  const shown = get<HTMLTextAreaElement>("textarea");
  expect([dialog.open, shown.value, shown.selectionStart, shown.selectionEnd]).toEqual([
    true,
    "sheet()",
    0,
    7,
  ]);
  expect(get("[role=status]").textContent).toBe("");
});
