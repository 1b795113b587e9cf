/**
 * What anywidget imports for each widget: the panel's program, which the page loads once.
 *
 * A page never lets go of a module. anywidget makes one for each widget, so this one is small.
 */

import type { AnyModel, Render } from "@anywidget/types";

type Panel = { render: Render };
type Modules = Map<string, Promise<Panel>>;

const KEY = Symbol.for("sefa_widget.panel");

/** Give the module of a program: two versions of the package may be in a page. */
export function loaded(
  program: string,
  load: (program: string) => Promise<Panel> = imported,
  page: { [KEY]?: Modules } = globalThis as { [KEY]?: Modules },
): Promise<Panel> {
  page[KEY] ??= new Map();
  const modules = page[KEY];
  let panel = modules.get(program);
  if (!panel) {
    panel = load(program);
    panel.catch(() => modules.delete(program)); // the next view tries again
    modules.set(program, panel);
  }
  return panel;
}

async function imported(program: string): Promise<Panel> {
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  try {
    return (await import(/* @vite-ignore */ address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

const render: Render = async (props) => {
  const model: AnyModel = props.model;
  const panel = await loaded(String(model.get("_program")));
  return panel.render(props);
};

export default { render };
