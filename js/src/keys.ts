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
  /** Show the panel for a projector, or on the whole screen; or as before. */
  projector(): void;
  fullScreen(): void;
  /** A control is held by pointer or key, or was let go. */
  hold(held: boolean): void;
  /** A pointer is pressed, or was let go. */
  press(held: boolean): void;
}

export const KEYS: readonly (readonly [key: string, what: string])[] = [
  ["[ ]", "previous, next seed"],
  ["r", "random seed"],
  ["0", "set all strengths to zero but the locked ones"],
  ["Ctrl+Z", "undo; Ctrl+Shift+Z or Ctrl+Y: redo"],
  ["+", "edit one more start together with the others"],
  ["c", "compare with the unedited picture while held"],
  ["g", "go to a direction by its number"],
  ["a", "pictures along the open direction of all people, or of one"],
  ["l", "lock the open direction: Reset all leaves it alone"],
  ["← →", "move a slider by 2 %, with Page keys by 20 %"],
  ["Del", "set the focused slider to zero; so does a double click"],
  ["h", "mark in blue where the open direction changes the pictures"],
  ["p", "larger type and fewer controls, for a projector; Shift+P: full screen"],
  ["Esc", "cancel a long search"],
  ["Enter", "on the spectrum: go to that direction's slider"],
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
  on(scope, root, "keydown", (event) => {
    // JupyterLab would run, move or delete cells, but it may still save the notebook and search in it.
    const host = (event.ctrlKey || event.metaKey) && ["s", "f"].includes(event.key.toLowerCase());
    if (!host) event.stopPropagation();
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !isTextField(event.target)) {
      const letter = event.key.toLowerCase();
      if (letter !== "z" && letter !== "y") return;
      event.preventDefault();
      commands.undo(letter === "y" || event.shiftKey);
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTextField(event.target)) return;
    if (event.key === "[") commands.previousSeed();
    else if (event.key === "]") commands.nextSeed();
    else if (event.repeat) return;
    else if (event.key === "r") commands.randomSeed();
    else if (event.key === "0") commands.resetAll();
    else if (event.key === "+") commands.add();
    else if (event.key === "Escape") commands.cancel();
    else if (event.key === "c") commands.compare(true);
    else if (event.key === "h") commands.heat();
    else if (event.key === "p") commands.projector();
    else if (event.key === "P") commands.fullScreen();
    else if (event.key === "l") commands.lock();
    else if (event.key === "a") commands.toggleAll();
    else if (event.key === "g") {
      event.preventDefault(); // else the letter is typed into the field
      commands.goTo();
    }
  });
  on(scope, root, "keyup", (event) => {
    if (event.key === heldKey) letGo();
    else if (event.key === "c") commands.compare(false);
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
  const rows = KEYS.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]);
  return h("dl", { class: "sefa-keys" }, ...rows);
}
