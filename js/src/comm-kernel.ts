/** The kernel of a notebook: a widget's model, whose comm carries the messages. */

import type { AnyModel } from "@anywidget/types";
import { parseControl } from "./control";
import { parseDirections, parseGeneratorInfo } from "./info";
import type { Kernel, Listener } from "./kernel";
import { parseLabels } from "./labels";
import {
  parseCode,
  parseFile,
  parseFound,
  parseInfo,
  parseLent,
  parseSeen,
  parseSuggested,
} from "./messages";
import { parseHistory, parseState } from "./state";
import { parseStudy } from "./study";

export interface Traits {
  [name: string]: unknown;
}

type Handler = NonNullable<Parameters<AnyModel["off"]>[1]>;

/** Read a model; null if it is of another version of the package. */
export function commKernel(model: AnyModel<Traits>, el: HTMLElement): Kernel | null {
  const generator = parseGeneratorInfo(model.get("generator_info"));
  const first = parseState(model.get("state"));
  if (!generator || !first) return null;
  let state = first;
  return {
    generator,
    limits: null,
    lends: model.get("draw") === "page",
    get state() {
      return state;
    },
    get directions() {
      return parseDirections(model.get("directions_info"));
    },
    get history() {
      return parseHistory(model.get("history"));
    },
    get labels() {
      return parseLabels(model.get("labels_info"));
    },
    get control() {
      return parseControl(model.get("control_info"));
    },
    get study() {
      return parseStudy(model.get("study_info"));
    },
    // The front end marks views of models that have no connection, for instance those of a saved notebook.
    get absent() {
      return el.classList.contains("jupyter-widgets-disconnected");
    },
    send: (intent, bytes) => (bytes ? model.send(intent, undefined, [bytes]) : model.send(intent)),
    listen(listener: Listener, signal: AbortSignal) {
      const on = (event: string, handler: Handler) => {
        const guarded: Handler = (...args: unknown[]) => {
          try {
            handler(...args);
          } catch (error) {
            listener.fail(error);
          }
        };
        model.on(event, guarded);
        signal.addEventListener("abort", () => model.off(event, guarded), { once: true });
      };
      on("msg:custom", (content: unknown, buffers?: DataView[]) => {
        const [seen, bytes] = [parseSeen(content), buffers?.[0]];
        if (seen && bytes) listener.seen(seen, bytes);
        const code = parseCode(content);
        if (code) listener.code(code);
        const file = parseFile(content);
        if (file && bytes) listener.file(file, bytes);
        const found = parseFound(content);
        if (found) listener.found(found, bytes);
        const suggested = parseSuggested(content);
        if (suggested) listener.suggested(suggested);
        const lent = parseLent(content);
        if (lent) listener.lent(lent, buffers ?? []);
        const info = parseInfo(content);
        if (info) listener.info(info, bytes);
      });
      on("change:state", () => {
        const next = parseState(model.get("state"));
        if (!next) return;
        state = next;
        listener.state(next);
      });
      on("change:directions_info", () => listener.directions(parseDirections(model.get("directions_info"))));
      on("change:history", () => listener.history(parseHistory(model.get("history"))));
      on("change:labels_info", () => listener.labels(parseLabels(model.get("labels_info"))));
      on("change:control_info", () => listener.control(parseControl(model.get("control_info"))));
      on("change:study_info", () => listener.study(parseStudy(model.get("study_info"))));
      // The front end tells this when the kernel was restarted or is dead; a live model never tells it.
      on("comm_live_update", () => listener.gone());
    },
  };
}
