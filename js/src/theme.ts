/** Whether the page is light or dark: by what its host says, or else by what is drawn behind the panel. */

export type Theme = "light" | "dark";

/** Attributes of `html` and `body` by which hosts say it, and where styles that decide it hang. */
const WATCHED = ["class", "style", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];

/** Keep an attribute of the panel that says the theme. */
export function followTheme(panel: HTMLElement, signal: AbortSignal): void {
  const update = () => {
    const theme = hostTheme(panel.ownerDocument) ?? themeBehind(panel);
    if (panel.dataset.scheme !== theme) panel.dataset.scheme = theme;
  };
  const { documentElement, body } = panel.ownerDocument;
  const attributes = new MutationObserver(update);
  for (const element of [documentElement, body])
    attributes.observe(element, { attributes: true, attributeFilter: WATCHED });
  const shown = new ResizeObserver(update); // an element has a background behind it from when it is shown
  shown.observe(panel);
  darkSystem().addEventListener("change", update, { signal });
  signal.addEventListener(
    "abort",
    () => {
      attributes.disconnect();
      shown.disconnect();
    },
    { once: true },
  );
  update();
}

/** What the host says: JupyterLab and Notebook, VS Code, Colab, marimo; null where it says nothing. */
export function hostTheme(page: Document): Theme | null {
  const { documentElement: html, body } = page;
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter) return jupyter === "true" ? "light" : "dark";
  const kind = body.dataset.vscodeThemeKind ?? [...body.classList].find((name) => name.startsWith("vscode-"));
  if (kind) return kind.includes("light") ? "light" : "dark"; // also "vscode-high-contrast", which is dark
  const said = [html.getAttribute("theme"), body.dataset.theme, html.dataset.theme];
  return said.find((name): name is Theme => name === "light" || name === "dark") ?? null;
}

/** Whether the nearest background behind an element is light, or without one the browser's own. */
function themeBehind(panel: Element): Theme {
  const page = panel.ownerDocument;
  let element = panel.isConnected ? above(panel) : page.body;
  while (element) {
    const [red, green, blue, alpha] = colour(page, getComputedStyle(element).backgroundColor);
    if (alpha > 127) return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 127 ? "light" : "dark";
    element = above(element);
  }
  const schemes = getComputedStyle(page.documentElement).colorScheme.split(" ");
  if (!schemes.includes("dark")) return "light";
  return schemes.includes("light") && !darkSystem().matches ? "light" : "dark";
}

/** The element that an element lies in, also out of a shadow tree. */
function above(element: Element): Element | null {
  const parent = element.parentNode;
  return parent instanceof ShadowRoot ? parent.host : element.parentElement;
}

/** Red, green, blue and alpha, each up to 255, of a colour in any notation of CSS. */
function colour(page: Document, text: string): [number, number, number, number] {
  const canvas = page.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  if (!context) return [0, 0, 0, 0];
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha];
}

function darkSystem(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}
