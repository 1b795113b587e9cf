/** How far a person is on the way through the directions: a tick for each. */

import { h, setText } from "./dom";
import type { LabelsInfo } from "./labels";

export interface Walk {
  readonly el: HTMLElement;
  show(order: readonly number[], current: number, labels: LabelsInfo): void;
}

export function createWalk(): Walk {
  const ticks = h("div", { class: "sefa-ticks", "aria-hidden": "true" });
  const words = h("p", { class: "sefa-quiet" });
  return {
    el: h("div", { class: "sefa-walk" }, ticks, words),
    show(order, current, { named }) {
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
      setText(words, `${names} named, ${answers} without a name, of ${order.length}`);
    },
  };
}
