/** Buttons that undo and redo; they say what they would change. */

import { button, h, type Scope } from "./dom";
import type { History } from "./state";

export interface Undo {
  readonly el: HTMLElement;
  update(history: History): void;
}

export function createUndo(scope: Scope, onUndo: (redo: boolean) => void): Undo {
  const undo = button(scope, { class: "sefa-undo" }, "↶ Undo", () => onUndo(false));
  const redo = button(scope, { class: "sefa-redo", "aria-label": "Redo" }, "↷", () => onUndo(true));
  return {
    el: h("div", { class: "sefa-history", role: "group", "aria-label": "History" }, undo, redo),
    update(history) {
      undo.disabled = history.undo === null;
      redo.disabled = history.redo === null;
      undo.title = history.undo === null ? "Nothing to undo" : `Undo: ${history.undo} (Ctrl+Z)`;
      redo.title = history.redo === null ? "Nothing to redo" : `Redo: ${history.redo} (Ctrl+Shift+Z)`;
    },
  };
}
