/** How large the panel is shown: for a projector, and on the whole screen. */

import { button, h, on, type Scope, setAttribute, setHidden, svg } from "./dom";
import type { Patch, State } from "./state";

export interface Display {
  readonly el: HTMLElement;
  update(state: State): void;
  toggleProjector(): void;
  toggleFullScreen(): void;
}

const PROJECTOR = "M2 3h12v8H2z M8 11v3 M5 14h6";
const CORNERS = "M2 6V2h4 M10 2h4v4 M14 10v4h-4 M6 14H2v-4";

/** `root`: the panel's element, which gets the class `sefa-projector` or fills the screen. */
export function createDisplay(scope: Scope, root: HTMLElement, onPatch: (patch: Patch) => void): Display {
  const toggleProjector = () => onPatch({ projector: !root.classList.contains("sefa-projector") });
  const toggleFullScreen = () => {
    if (full.hidden) return;
    const done = document.fullscreenElement === root ? document.exitFullscreen() : root.requestFullscreen();
    done.catch(() => {
      full.hidden = true; // the host does not allow it after all
    });
  };
  const projector = button(scope, { class: "sefa-icon", "aria-pressed": "false" }, "", toggleProjector);
  projector.setAttribute("aria-label", "Projector");
  projector.title = "Larger type and fewer controls, to be read from the back row (p)";
  projector.append(icon(PROJECTOR));
  const full = button(scope, { class: "sefa-icon", "aria-pressed": "false" }, "", toggleFullScreen);
  full.setAttribute("aria-label", "Full screen");
  full.title = "Fill the screen with this panel (Shift+P)";
  full.append(icon(CORNERS));
  setHidden(full, document.fullscreenEnabled !== true);
  on(scope, root, "fullscreenchange", () =>
    setAttribute(full, "aria-pressed", String(document.fullscreenElement === root)),
  );
  return {
    el: h("div", { class: "sefa-display", role: "group", "aria-label": "Size" }, projector, full),
    update({ projector: shown }) {
      root.classList.toggle("sefa-projector", shown);
      setAttribute(projector, "aria-pressed", String(shown));
    },
    toggleProjector,
    toggleFullScreen,
  };
}

function icon(path: string): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", width: "16", height: "16", "aria-hidden": "true" },
    svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": "1.5" }),
  );
}
