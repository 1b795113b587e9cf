/** Makes elements whose listeners end with the view and whose errors are shown in it. */

/** What every view module gets: when to stop, and where failures go. */
export interface Scope {
  readonly signal: AbortSignal;
  fail(error: unknown): void;
}

/** Make an element. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Give an element a text; nothing is laid out again where it has it already. */
export function setText(element: Element, text: string): void {
  if (element.textContent === text) return;
  const { firstChild } = element;
  if (firstChild instanceof Text && firstChild === element.lastChild && text !== "") firstChild.data = text;
  else element.textContent = text;
}

/** Hide an element or show it; its style is not computed again where nothing changes. */
export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Give an element an attribute; its style is not computed again where it has this value. */
export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Give a custom property of an element's style a value; nothing is drawn again where it has it. */
export function setProperty(element: HTMLElement, name: string, value: string): void {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** Listen until the view ends; what a handler throws is shown in the panel. */
export function on<K extends keyof HTMLElementEventMap>(
  scope: Scope,
  target: EventTarget,
  type: K,
  handler: (event: HTMLElementEventMap[K]) => void,
  capture = false,
): void {
  const guarded = (event: Event) => {
    try {
      handler(event as HTMLElementEventMap[K]);
    } catch (error) {
      scope.fail(error);
    }
  };
  target.addEventListener(type, guarded, { signal: scope.signal, capture });
}

/** Make a button. */
export function button(
  scope: Scope,
  attributes: Readonly<Record<string, string>>,
  text: string,
  onClick: () => void,
): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, text);
  on(scope, element, "click", onClick);
  return element;
}
