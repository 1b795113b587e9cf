/** The menu that saves or copies what the panel shows: each item is a file that the kernel makes. */

import { button, h, on, type Scope, setAttribute, setHidden, setText } from "./dom";
import type { Limits } from "./kernel";
import type { SharedFile } from "./messages";
import type { State } from "./state";

export interface Share {
  readonly el: HTMLElement;
  /** Give the focus to the button that opens it. */
  focus(): void;
  update(state: State): void;
  /** Open the menu, or close it. */
  toggle(): void;
  /** The file that was asked for does not come, because nobody wants it any more. */
  cancelled(): void;
  /** A file came. */
  receive(file: SharedFile, bytes: DataView): void;
}

interface Item {
  readonly text: string;
  readonly about: string;
  readonly what: string;
  readonly endings: readonly string[];
  /** Whether it is of one direction, which must be open or moved. */
  readonly one?: boolean;
}

const SAID_MS = 6000;

const ITEMS: readonly Item[] = [
  {
    text: "These pictures",
    about: "At their full size. A panel can go on from the file: explore(state=...)",
    what: "sheet",
    endings: [".png", ".webp"],
  },
  {
    text: "Strip of the open direction",
    about: "Seven steps from end to end of its slider, a row for each person",
    what: "strip",
    endings: [".png", ".webp"],
    one: true,
  },
  {
    text: "Film of the open direction",
    about: "Four seconds, there and back, all persons side by side",
    what: "film",
    endings: [".webp", ".gif"],
    one: true,
  },
  {
    text: "Wall",
    about: "Both ends of the first 32 directions, on the large person",
    what: "wall",
    endings: [".png", ".webp"],
  },
  {
    text: "Page",
    about: "This panel in one file, for any browser without a kernel; large generators are drawn beforehand",
    what: "page",
    endings: [".html"],
  },
  {
    text: "State",
    about: "Seeds, layers, method and strengths; explore(state=...) goes on from it",
    what: "state",
    endings: [".json"],
  },
  {
    text: "Names",
    about: "All that was said of this generator's directions, with their vectors",
    what: "names",
    endings: [".json", ".csv"],
  },
  {
    text: "Directions",
    about: "The vectors of this search, for load_directions",
    what: "directions",
    endings: [".safetensors"],
  },
];

/** `copyCode`: the button that copies Python code. */
export function createShare(
  scope: Scope,
  limits: Limits | null,
  copyCode: HTMLButtonElement,
  asks: (what: string, ending: string) => void,
): Share {
  let copying = false;
  let shown = false;
  let fading: ReturnType<typeof setTimeout> | undefined;
  const menu = h("div", { class: "sefa-share-menu", role: "group", "aria-label": "Share", hidden: "" });
  const opener = button(
    scope,
    { "aria-expanded": "false", title: "Save or copy what you see (e)" },
    "Share",
    () => open(!shown),
  );
  const said = h("span", { class: "sefa-copied", role: "status" });
  const ofOne: HTMLButtonElement[] = [];
  const entry = (text: string, about: string, ...buttons: HTMLButtonElement[]) =>
    menu.append(
      h(
        "div",
        { class: "sefa-share-item" },
        h("div", {}, h("strong", {}, text), h("span", { class: "sefa-quiet" }, about)),
        h("div", { class: "sefa-share-buttons" }, ...buttons),
      ),
    );
  const ask = (what: string, ending: string, copies: boolean) => {
    copying = copies;
    setText(said, "");
    open(false);
    asks(what, ending);
  };
  for (const { text, about, what, endings: all, one } of ITEMS) {
    const endings = all.filter((ending) => !limits || limits.files[what]?.includes(ending));
    if (endings.length === 0) continue;
    const buttons = endings.map((ending) => {
      const kind = ending.slice(1).toUpperCase();
      const name = { "aria-label": `${text} as ${kind}` };
      return button(scope, name, kind, () => ask(what, ending, false));
    });
    if (what === "sheet")
      buttons.push(
        button(scope, { "aria-label": "Copy these pictures" }, "Copy", () => ask("sheet", ".png", true)),
      );
    if (one) ofOne.push(...buttons);
    entry(text, about, ...buttons);
  }
  on(scope, copyCode, "click", () => open(false));
  entry("Python", "Code that draws exactly these pictures", copyCode);

  /** Say what came of it, for a while. */
  function tell(text: string): void {
    setText(said, text);
    clearTimeout(fading);
    fading = setTimeout(() => setText(said, ""), SAID_MS);
  }

  function open(wanted: boolean): void {
    shown = wanted;
    setHidden(menu, !shown);
    setAttribute(opener, "aria-expanded", String(shown));
    if (shown) menu.querySelector("button")?.focus();
  }

  const el = h("div", { class: "sefa-share" }, opener, said, menu);
  on(scope, el, "keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    open(false);
    opener.focus();
  });
  on(scope, el, "focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && el.contains(event.relatedTarget))) open(false);
  });

  async function copy(file: SharedFile, blob: Blob): Promise<void> {
    try {
      await navigator.clipboard.write([new ClipboardItem({ [file.mime]: blob })]);
      tell("Copied");
    } catch {
      save(file, blob); // not allowed here, or there is no clipboard
      tell("Saved: this page may not copy pictures");
    }
  }

  function save(file: SharedFile, blob: Blob): void {
    const address = URL.createObjectURL(blob);
    const link = h("a", { href: address, download: file.name });
    link.click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    tell(`Saved ${file.name}`);
  }

  return {
    el,
    update({ focused, strengths }) {
      const one = focused !== null || Object.values(strengths).some(Boolean);
      for (const el of ofOne) {
        if (el.disabled === one) el.disabled = !one;
        el.title = one ? "" : "Open a direction first, or move a slider";
      }
    },
    focus: () => opener.focus({ preventScroll: true }),
    toggle: () => open(!shown),
    cancelled: () => tell("Cancelled: nothing is saved"),
    receive(file, bytes) {
      const blob = new Blob([new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice()], {
        type: file.mime,
      });
      if (copying) copy(file, blob).catch(scope.fail);
      else save(file, blob);
      copying = false;
    },
  };
}
