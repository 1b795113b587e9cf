/** How far a person is on the way through what is asked: a tick for each. */

import { h, setText } from "./dom";

export interface Walk {
  readonly el: HTMLElement;
  /** `named`: what is said, by what is asked; `words`: the same in words, in place of the counts. */
  show(
    order: readonly number[],
    current: number,
    named: Readonly<Record<string, { readonly name: string }>>,
    words?: string,
  ): void;
}

export function createWalk(): Walk {
  const ticks = h("div", { class: "sefa-ticks", "aria-hidden": "true" });
  const text = h("p", { class: "sefa-quiet" });
  return {
    el: h("div", { class: "sefa-walk" }, ticks, text),
    show(order, current, named, words) {
      while (ticks.children.length > order.length) ticks.lastChild?.remove();
      while (ticks.children.length < order.length) ticks.append(h("span", {}));
      let [names, answers] = [0, 0];
      order.forEach((index, place) => {
        const said = named[index];
        const kind = said?.name ? "named" : said ? "answered" : "open";
        if (said?.name) names += 1;
        else if (said) answers += 1;
        const tick = ticks.children[place];
        const shown = `sefa-tick-${kind}${index === current ? " sefa-here" : ""}`;
        if (tick && tick.className !== shown) tick.className = shown;
      });
      setText(text, words ?? `${names} named, ${answers} without a name, of ${order.length}`);
    },
  };
}
