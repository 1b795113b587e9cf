/** The name of a direction in its row: a text that becomes a field, in which a person names it. */

import { button, h, on, type Scope, setText } from "./dom";
import { type LabelsInfo, type Offer, offerOf, type Said, type Saying } from "./labels";

const MAX_NAME = 100;

export interface NameField {
  readonly el: HTMLElement;
  show(labels: LabelsInfo): void;
  /** Let a person type. */
  edit(): void;
}

/** `list`: id of the names to propose; `say`: the direction has this name (none if it is empty), at this end. */
export function createNameField(
  scope: Scope,
  index: number,
  list: string,
  say: (fields: Saying) => void,
): NameField {
  let name = "";
  let offer: Offer | undefined;
  let shown: LabelsInfo | null = null;
  const attributes = {
    type: "text",
    list,
    class: "sefa-name-input",
    maxlength: String(MAX_NAME),
    hidden: "",
  };
  const input = h("input", {
    ...attributes,
    autocomplete: "off",
    "aria-label": `Name of direction ${index}`,
  });
  const edit = () => {
    input.value = name;
    input.placeholder = offer ? `${offer.name}? (Tab takes it)` : "what does plus show more of?";
    label.hidden = true;
    input.hidden = false;
    input.focus({ preventScroll: true });
    input.select();
  };
  const label = button(scope, { class: "sefa-row-name" }, "", edit);
  const el = h("span", { class: "sefa-naming" }, label, input);
  const close = (focus: boolean) => {
    if (input.hidden) return;
    input.hidden = true;
    label.hidden = false;
    if (!focus) return;
    // A narrow row shows no button to name it.
    const slider = el.closest(".sefa-row")?.querySelector<HTMLElement>("input[type=range]");
    (label.offsetParent ? label : slider)?.focus({ preventScroll: true });
  };
  on(scope, input, "keydown", (event) => {
    if (event.key === "Escape") {
      input.value = name;
      close(true);
    }
    if (event.key === "Tab" && !event.shiftKey && input.value === "" && offer) {
      event.preventDefault();
      input.value = offer.name; // a proposal is taken
    }
    if (event.key !== "Enter") return;
    event.preventDefault(); // else it would press the button that gets the focus
    accept();
    close(true);
  });
  const accept = () => {
    const next = input.value.trim();
    if (next !== name) say(next && next === offer?.name ? { name: next, sign: offer.sign } : { name: next });
  };
  on(scope, input, "blur", () => {
    if (input.hidden) return;
    accept();
    close(false);
  });
  return {
    el,
    show(labels) {
      if (labels === shown) return;
      shown = labels;
      const said = labels.named[index];
      offer = offerOf(labels, index);
      name = said?.name ?? "";
      const doubt = said && (!said.confirmed || said.similarity < 0.999);
      const sign = said && said.sign < 0 ? "− " : "";
      setText(label, name ? `${sign}${name}${doubt ? " ?" : ""}` : offer ? `${offer.name}?` : "name");
      label.classList.toggle("sefa-offered", name === "" && offer !== undefined);
      label.classList.toggle("sefa-named", name !== "");
      label.title = titleOf(said, offer);
      label.setAttribute(
        "aria-label",
        name ? `Direction ${index} is called ${name}; rename` : `Name direction ${index}`,
      );
    },
    edit,
  };
}

function titleOf(said: Said | undefined, offer: Offer | undefined): string {
  if (said?.name) {
    const end = said.sign < 0 ? "the minus end shows more of it" : "the plus end shows more of it";
    const who = said.rater ? `, by ${said.rater}` : "";
    const again = said.similarity < 0.999 ? `; found again, |cos| = ${said.similarity}` : "";
    const doubt = said.confirmed ? "" : "; a proposal that nobody has confirmed";
    return `${said.name}: ${end}${who}${again}${doubt}. Click to rename (n)`;
  }
  if (offer) return `${offer.why} Click to name (n)`;
  return "Say what this direction does (n)";
}
