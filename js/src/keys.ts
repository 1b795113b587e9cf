/** Key and pointer events of the panel go in; the panel's own commands, and whether a control is held, come out. */

import { h, on, type Scope } from "./dom";

export interface KeyCommands {
  previousSeed(): void;
  nextSeed(): void;
  randomSeed(): void;
  resetAll(): void;
  compare(on: boolean): void;
  /** A control is held by pointer or key, or was let go. */
  hold(held: boolean): void;
}

export const KEYS: readonly (readonly [key: string, what: string])[] = [
  ["[ ]", "previous, next seed"],
  ["r", "random seed"],
  ["0", "reset all strengths"],
  ["c", "compare with the unedited picture while held"],
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
    // JupyterLab would move or delete cells; the browser's own copy, paste and tab are not affected.
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey || isTextField(event.target)) return;
    if (event.key === "[") commands.previousSeed();
    else if (event.key === "]") commands.nextSeed();
    else if (event.repeat) return;
    else if (event.key === "r") commands.randomSeed();
    else if (event.key === "0") commands.resetAll();
    else if (event.key === "c") commands.compare(true);
  });
  on(scope, root, "keyup", (event) => {
    if (event.key === heldKey) letGo();
    else if (event.key === "c") commands.compare(false);
  });
  on(scope, root, "focusout", () => {
    if (heldKey) letGo();
  });

  on(scope, root, "pointerdown", (event) => event.button === 0 && commands.hold(true), true);
  for (const type of ["pointerup", "pointercancel"] as const)
    on(scope, window, type, () => commands.hold(false), true);
  on(scope, window, "blur", letGo);
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === "number";
}

export function keysHelp(): HTMLElement {
  const rows = KEYS.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]);
  return h("dl", { class: "sefa-keys" }, ...rows);
}
