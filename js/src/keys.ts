/** Turns keys and pointer presses anywhere in the panel into its commands. */

import { h, on, type Scope } from "./dom";

export interface KeyCommands {
  previousSeed(): void;
  nextSeed(): void;
  randomSeed(): void;
  resetAll(): void;
  compare(on: boolean): void;
  undo(redo: boolean): void;
  /** End long work, if there is any. */
  cancel(): void;
  /** Add a start. */
  add(): void;
  /** Lock the focused direction, or unlock it. */
  lock(): void;
  /** Type the number of a direction to go to. */
  goTo(): void;
  /** Show the filmstrip of all starts, or of one. */
  toggleAll(): void;
  /** Show where the open direction changes the pictures, or no longer. */
  heat(): void;
  /** Draw a box on the large picture, or take it away. */
  region(): void;
  /** Show one of the views. */
  view(name: string): void;
  /** Open the menu of what can be saved, or close it. */
  share(): void;
  /** Name the open direction. */
  name(): void;
  /** Show the panel for a projector, or on the whole screen; or as before. */
  projector(): void;
  fullScreen(): void;
  /** Whether a study runs: then only the keys for how the panel is shown mean something here. */
  studies(): boolean;
  /** A control is held by pointer or key, or was let go. */
  hold(held: boolean): void;
  /** A pointer is pressed, or was let go. */
  press(held: boolean): void;
}

interface Keys {
  /** As the help shows them. */
  readonly shown: string;
  readonly what: string;
  /** What each key does; none where a control listens itself. */
  readonly run?: Readonly<Record<string, (commands: KeyCommands) => void>>;
  /** What letting go of them does. */
  readonly release?: (commands: KeyCommands) => void;
  /** Whether a key that is held does it again and again. */
  readonly repeats?: boolean;
}

/** All keys: what the panel listens to, and what its help says. */
export const KEYS: readonly Keys[] = [
  {
    shown: "[ ]",
    what: "previous, next seed",
    run: { "[": (to) => to.previousSeed(), "]": (to) => to.nextSeed() },
    repeats: true,
  },
  { shown: "r", what: "random seed", run: { r: (to) => to.randomSeed() } },
  {
    shown: "0",
    what: "set all strengths to zero but the locked ones",
    run: { "0": (to) => to.resetAll() },
  },
  { shown: "Ctrl+Z", what: "undo; Ctrl+Shift+Z or Ctrl+Y: redo" },
  { shown: "+", what: "edit one more start together with the others", run: { "+": (to) => to.add() } },
  {
    shown: "c",
    what: "compare with the unedited picture while held",
    run: { c: (to) => to.compare(true) },
    release: (to) => to.compare(false),
  },
  { shown: "g", what: "go to a direction by its number", run: { g: (to) => to.goTo() } },
  {
    shown: "a",
    what: "pictures along the open direction of all people, or of one",
    run: { a: (to) => to.toggleAll() },
  },
  {
    shown: "l",
    what: "lock the open direction: Reset all leaves it alone",
    run: { l: (to) => to.lock() },
  },
  { shown: "← →", what: "move a slider by 2 %, with Page keys by 20 %" },
  { shown: "Del", what: "set the focused slider to zero; so does a double click" },
  {
    shown: "h",
    what: "mark in blue where the open direction changes the pictures",
    run: { h: (to) => to.heat() },
  },
  {
    shown: "b",
    what: "draw a box on the large picture: which directions change it?",
    run: { b: (to) => to.region() },
  },
  {
    shown: "1 2 3",
    what: "sliders; the wall: many directions at once; names: what does each direction do?",
    run: {
      "1": (to) => to.view("explore"),
      "2": (to) => to.view("wall"),
      "3": (to) => to.view("label"),
    },
  },
  { shown: "e", what: "share: save or copy what you see", run: { e: (to) => to.share() } },
  { shown: "n", what: "name the open direction", run: { n: (to) => to.name() } },
  {
    shown: "o m f s b",
    what: "in Names and in a study: obvious, meaningful (with Shift: not), the other end, skip, back; Enter: next",
  },
  {
    shown: "p",
    what: "larger type and fewer controls, for a projector; Shift+P: full screen",
    run: { p: (to) => to.projector(), P: (to) => to.fullScreen() },
  },
  { shown: "Esc", what: "cancel a long search", run: { Escape: (to) => to.cancel() } },
  { shown: "Ctrl+V", what: "find a photo that was copied" },
  { shown: "Enter", what: "on the spectrum: go to that direction's slider" },
];

/** Keys that move a value again and again while they are held. */
const MOVING = /^(Arrow|Page)|^(Home|End|\[|\])$/;

export function listenToKeys(scope: Scope, root: HTMLElement, commands: KeyCommands): void {
  let heldKey = "";
  const letGo = () => {
    heldKey = "";
    commands.hold(false);
    commands.compare(false);
  };

  // On the way down, so that a control's own handlers already know that it is held.
  on(
    scope,
    root,
    "keydown",
    (event) => {
      if (!MOVING.test(event.key)) return;
      heldKey = event.key;
      commands.hold(true);
    },
    true,
  );
  // Notebook 7 runs its commands before a key comes here; this keeps it from looking for one.
  on(
    scope,
    window,
    "keydown",
    (event) => {
      const [target] = event.composedPath();
      if (target instanceof Element && root.contains(target))
        target.toggleAttribute("data-lm-suppress-shortcuts", !isOfHost(event));
    },
    true,
  );
  on(scope, root, "keydown", (event) => {
    if (!isOfHost(event)) event.stopPropagation();
    if (commands.studies() && !["p", "P"].includes(event.key)) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !isTextField(event.target)) {
      const letter = event.key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      event.preventDefault();
      commands.undo(letter === "y" || event.shiftKey);
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTextField(event.target)) return;
    const found = KEYS.find(({ run }) => run?.[event.key]);
    if (!found || (event.repeat && !found.repeats)) return;
    if (event.key.length === 1) event.preventDefault(); // else a letter is typed into a field that gets the focus
    found.run?.[event.key]?.(commands);
  });
  on(scope, root, "keyup", (event) => {
    if (event.key === heldKey) letGo();
    else KEYS.find(({ run }) => run?.[event.key])?.release?.(commands);
  });
  on(scope, root, "focusout", () => {
    if (heldKey) letGo();
  });

  const press = (held: boolean) => {
    commands.hold(held);
    commands.press(held);
  };
  on(scope, root, "pointerdown", (event) => event.button === 0 && press(true), true);
  for (const type of ["pointerup", "pointercancel"] as const)
    on(scope, window, type, () => press(false), true);
  on(scope, window, "blur", letGo);
}

/** Whether letters mean something in a control itself: a text is typed, or an entry of a menu chosen. */
function isTextField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return ["number", "text"].includes(target.type);
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}

export function keysHelp(): HTMLElement {
  const rows = KEYS.flatMap(({ shown, what }) => [h("dt", {}, h("kbd", {}, shown)), h("dd", {}, what)]);
  return h("dl", { class: "sefa-keys" }, ...rows);
}

/** JupyterLab would run, move or delete cells, but it may still save the notebook and search in it. */
function isOfHost(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && ["s", "f"].includes(event.key.toLowerCase());
}
