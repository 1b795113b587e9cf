/** A button that copies the Python code of the present sheet, or shows it where the page may not copy. */

import { button, h, on, type Scope, setText } from "./dom";

export interface Copy {
  readonly button: HTMLButtonElement;
  /** What came of it, and where the code is shown that cannot be copied. */
  readonly el: HTMLElement;
  /** Ask for the code, if it is wanted and the picture is as the code will draw it. */
  look(quiet: boolean): void;
  /** The code came. */
  receive(text: string): void;
}

export interface CopyEvents {
  /** The code is wanted: `look` is to be called when all is quiet. */
  wanted(): void;
  /** Send for the code. */
  ask(): void;
  /** The shown code was closed: the focus is to go on from where it was. */
  closed(): void;
}

export function createCopy(scope: Scope, events: CopyEvents): Copy {
  let wanted = false;
  const el = button(scope, {}, "Copy as Python", () => {
    wanted = true;
    setText(said, "");
    events.wanted();
  });
  const said = h("span", { class: "sefa-copied", role: "status" });
  const code = h("textarea", { readonly: "", rows: "14", "aria-label": "Python code", spellcheck: "false" });
  on(scope, el, "blur", () => setText(said, ""));
  const close = button(scope, {}, "Close", () => dialog.close());
  const dialog = h(
    "dialog",
    { class: "sefa-code", "aria-label": "Python code" },
    h("p", {}, "This page may not copy by itself: press Ctrl+C, or Command+C on a Mac."),
    code,
    close,
  );
  on(scope, dialog, "keydown", (event) => event.stopPropagation());
  on(scope, dialog, "close", events.closed);

  function show(text: string): void {
    code.value = text;
    dialog.showModal();
    code.focus();
    code.select();
  }

  async function copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      show(text); // not allowed here, or there is no clipboard: the page is not from a secure origin
      return;
    }
    setText(said, "Copied");
  }

  return {
    button: el,
    el: h("span", { class: "sefa-copying" }, said, dialog),
    look(quiet) {
      if (!wanted || !quiet) return;
      wanted = false;
      events.ask();
    },
    receive(text) {
      copy(text).catch(scope.fail);
    },
  };
}
