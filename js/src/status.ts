/** The header: what is explored, how the connection fares, help, and what went wrong. */

import { button, h, on, type Scope, setAttribute, setHidden, setText } from "./dom";
import type { GeneratorInfo } from "./info";
import type { Limits } from "./kernel";
import { keysHelp } from "./keys";
import type { LinkStatus } from "./link";

const WORDS: Readonly<Record<LinkStatus, string>> = {
  ready: "",
  waiting: "waiting for the kernel",
  silent:
    "The kernel does not answer. It may be busy with a cell; if it was restarted, run the cell that made this panel again.",
  gone: "This panel is no longer connected: run the cell that made it again.",
};

/** The same where the page itself is the kernel. */
const PAGE_WORDS: typeof WORDS = {
  ...WORDS,
  waiting: "drawing",
  silent: "This page draws for long. If it does not go on, reload it.",
};

export interface StatusBar {
  readonly header: HTMLElement;
  readonly strip: HTMLElement;
  show(status: LinkStatus): void;
  showError(message: string): void;
  /** Show how far long work is; an empty text takes it away. */
  showProgress(text: string, fraction: number): void;
  clearError(): void;
  /** Whether long work goes on. */
  readonly busy: boolean;
}

/** `cancel`: end the long work that goes on. */
export function createStatus(
  scope: Scope,
  info: GeneratorInfo,
  limits: Limits | null,
  cancel: () => void,
): StatusBar {
  const quiet = h("span", { class: "sefa-status", role: "status" });
  const notice = h("div", { class: "sefa-notice", role: "status", hidden: "" });
  const errorText = h("span");
  const clearError = () => {
    setHidden(error, true);
    setText(errorText, "");
  };
  const dismiss = button(scope, { "aria-label": "Dismiss", title: "Dismiss" }, "×", clearError);
  const error = h("div", { class: "sefa-error", role: "alert", hidden: "" }, errorText, dismiss);

  const help = h("div", { class: "sefa-help", role: "region", "aria-label": "Keys", hidden: "" }, keysHelp());
  const toggle = button(scope, { class: "sefa-help-button", "aria-expanded": "false" }, "?", () =>
    open(help.hasAttribute("hidden")),
  );
  toggle.title = "Keys";
  toggle.setAttribute("aria-label", "Keys");
  const open = (shown: boolean) => {
    setHidden(help, !shown);
    setAttribute(toggle, "aria-expanded", String(shown));
  };
  const corner = h("div", { class: "sefa-corner" }, toggle, help);
  on(scope, corner, "keydown", (event) => event.key === "Escape" && open(false));
  on(scope, corner, "focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && corner.contains(event.relatedTarget))) open(false);
  });

  const progressText = h("span");
  const progressBar = h("progress", { max: "1", value: "0", "aria-label": "Progress" });
  const progress = h(
    "div",
    { class: "sefa-progress", role: "status", hidden: "" },
    progressText,
    progressBar,
    button(scope, { title: "Stop this search and go back to the directions before (Esc)" }, "Cancel", cancel),
  );

  const facts = `${info.family} · ${info.resolution} px · ${info.latent_space}, d = ${info.latent_dim}`;
  const name = h("h2", {}, info.name);
  const header = h(
    "header",
    { class: "sefa-header" },
    name,
    h("span", { class: "sefa-quiet" }, facts),
    ...assumptions(info),
    quiet,
    corner,
  );
  return {
    header,
    strip: h("div", { class: "sefa-strip" }, notice, progress, error),
    show(status) {
      const words = (limits ? PAGE_WORDS : WORDS)[status];
      const loud = status === "silent" || status === "gone";
      for (const [el, text] of [
        [quiet, loud ? "" : words],
        [notice, loud ? words : ""],
      ] as const)
        setText(el, text);
      setHidden(notice, !loud);
    },
    showError(message) {
      errorText.textContent = message;
      error.hidden = false;
    },
    showProgress(text, fraction) {
      setHidden(progress, text === "");
      setText(progressText, text);
      if (progressBar.value !== fraction) progressBar.value = fraction;
    },
    clearError,
    get busy() {
      return !progress.hidden;
    },
  };
}

/** What the file of a generator did not tell, where there is something. */
function assumptions({ assumed }: GeneratorInfo): HTMLElement[] {
  if (assumed.length === 0) return [];
  const about = h("span", { class: "sefa-assumed" }, `assumed: ${assumed.join("; ")}`);
  about.title = `The file does not tell: ${assumed.join("; ")}. explore(..., assume={...}) says it.`;
  return [about];
}
