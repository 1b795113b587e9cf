/** Turns keys and pointer presses anywhere in the panel into its commands. */

import { h, on, type Scope } from "./dom";

export interface KeyCommands {
  previousSeed(): void;
  nextSeed(): void;
  randomSeed(): void;
  resetAll(): void;
  compare(on: boolean): void;
  undo(redo: boolean): void;
  /** Add a start. */
  add(): void;
  /** Type the number of a direction to go to. */
  goTo(): void;
  /** Show the filmstrip of all starts, or of one. */
  toggleAll(): void;
  /** A control is held by pointer or key, or was let go. */
  hold(held: boolean): void;
  /** A pointer is pressed, or was let go. */
  press(held: boolean): void;
}

export const KEYS: readonly (readonly [key: string, what: string])[] = [
  ["[ ]", "previous, next seed"],
  ["r", "random seed"],
  ["0", "reset all strengths"],
  ["Ctrl+Z", "undo; Ctrl+Shift+Z or Ctrl+Y: redo"],
  ["+", "edit one more start together with the others"],
  ["c", "compare with the unedited picture while held"],
  ["g", "go to a direction by its number"],
  ["a", "pictures along the open direction of all people, or of one"],
  ["← →", "move a slider by 2 %, with Page keys by 20 %"],
  ["Del", "set the focused slider to zero; so does a double click"],
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
    // JupyterLab would run, move or delete cells, but it may still save the notebook.
    const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (!saves) event.stopPropagation();
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
    else if (event.key === "c") commands.compare(true);
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

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && ["number", "text"].includes(target.type);
}

export function keysHelp(): HTMLElement {
  const rows = KEYS.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]);
  return h("dl", { class: "sefa-keys" }, ...rows);
}
