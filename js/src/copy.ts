/** A button that copies the Python code of the present sheet, or shows it where the page may not copy. */

import { button, h, on, type Scope, setText } from "./dom";

export interface Copy {
  readonly el: HTMLElement;
  /** Copy the code of what is shown. */
  start(): void;
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
}

export function createCopy(scope: Scope, events: CopyEvents): Copy {
  let wanted = false;
  const start = () => {
    wanted = true;
    setText(said, "");
    events.wanted();
  };
  const el = button(scope, { class: "sefa-copy" }, "Copy as Python", start);
  el.title = "Copy Python code that draws exactly these pictures";
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
  on(scope, dialog, "close", () => el.focus({ preventScroll: true }));

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
    el: h("span", { class: "sefa-copying" }, el, said, dialog),
    start,
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
