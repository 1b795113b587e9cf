/** The widget's model and an element go in; a panel that lives in the element until its signal is aborted comes out. */

import type { AnyModel } from "@anywidget/types";
import { h, type Scope } from "./dom";
import { methodName } from "./format";
import { listenToKeys } from "./keys";
import { createLayerRange } from "./layer-range";
import { Link } from "./link";
import {
  type GeneratorInfo,
  type Patch,
  parseGeneratorInfo,
  parseInfo,
  parseSpectrum,
  parseState,
  type Spectrum,
  type State,
} from "./messages";
import { createMethod } from "./method";
import { createSeed } from "./seed";
import { createSliders } from "./sliders";
import { createSpectrum } from "./spectrum";
import { createStage } from "./stage";
import { createStatus } from "./status";

interface Traits {
  [name: string]: unknown;
}

type Handler = NonNullable<Parameters<AnyModel["off"]>[1]>;

interface RenderProps {
  model: AnyModel<Traits>;
  el: HTMLElement;
  /** Aborted when the view ends; anywidget before 0.10 calls what `render` returns instead. */
  signal?: AbortSignal;
}

function render({ model, el, signal }: RenderProps): () => void {
  const ending = new AbortController();
  const end = () => ending.abort();
  signal?.addEventListener("abort", end, { once: true });

  const info = parseGeneratorInfo(model.get("generator_info"));
  const state = parseState(model.get("state"));
  if (info && state) createPanel(model, el, info, state, ending.signal);
  else
    el.append(
      h(
        "p",
        { role: "alert" },
        "This panel and its Python package are not of the same version: restart the kernel and reload the page.",
      ),
    );
  return end;
}

function createPanel(
  model: AnyModel<Traits>,
  el: HTMLElement,
  info: GeneratorInfo,
  first: State,
  signal: AbortSignal,
): void {
  const scope: Scope = {
    signal,
    fail(error) {
      console.error(error);
      errorSeq = Number.POSITIVE_INFINITY;
      status.showError(`The panel failed: ${error instanceof Error ? error.message : String(error)}`);
    },
  };
  /** A frame that answers a later request than this takes the error away; a failure of the panel stays. */
  let errorSeq = 0;
  const status = createStatus(scope, info);
  const edit = (patch: Patch) => link.edit(patch);
  const compare = (unedited: boolean) => {
    stage.setComparing(unedited);
    link.compare(unedited);
  };
  const resetAll = () => {
    const set = Object.entries(link.wanted().strengths).filter(([, strength]) => strength !== 0);
    if (set.length > 0) edit({ strengths: Object.fromEntries(set.map(([index]) => [index, 0])) });
  };
  const stage = createStage(scope, info.resolution, compare);
  const seed = createSeed(scope, info, edit);
  const layers = createLayerRange(scope, info, edit);
  const method = createMethod(scope, info, edit);
  const spectrum = createSpectrum(scope, (index) => sliders.reveal(index));
  const sliders = createSliders(scope, {
    strength: (index, strength) => edit({ strengths: { [index]: strength } }),
    stretch: (stretch) => edit({ stretch }),
    resetAll,
    shown: (indices) => spectrum.setShown(indices),
  });
  let found = parseSpectrum(model.get("spectrum"));

  function draw(): void {
    const wanted = link.wanted();
    sliders.update(wanted, found);
    spectrum.update(found, wanted.strengths, found !== null && !describes(found, wanted));
    layers.update(wanted);
    method.update(wanted);
    seed.update(wanted);
    root.classList.toggle("sefa-beside", found?.beside != null);
    stage.setMethods(found?.beside ? [methodName(found.method), methodName(found.beside.method)] : []);
    stage.setBacklog(link.merged);
    status.show(link.status);
    controls.inert = link.status === "gone";
    root.dataset.status = link.status;
  }

  const controls = h("div", { class: "sefa-controls" });
  controls.append(h("div", { class: "sefa-left" }, stage.el, seed.el), sliders.el, spectrum.el, layers.el);
  const root = h("div", { class: "sefa-panel", tabindex: "-1" });
  root.style.setProperty("--sefa-picture", info.resolution > 384 ? "512px" : "384px");
  status.header.insertBefore(method.el, status.header.lastElementChild);
  root.append(status.header, status.strip, controls);

  const link = new Link(viewName(), first, {
    send: (message) => model.send(message),
    now: () => performance.now(),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    hostname: location.hostname,
    changed: draw,
    progress: status.showProgress,
    frame: (frame, bytes) => {
      status.showProgress("", 1);
      if (frame.seq > errorSeq) status.clearError();
      stage.show(frame, bytes);
    },
    error: (message, seq) => {
      status.showProgress("", 1);
      errorSeq = seq;
      status.showError(message);
    },
  });

  const guarded =
    <A extends unknown[]>(handler: (...args: A) => void) =>
    (...args: A) => {
      try {
        handler(...args);
      } catch (error) {
        scope.fail(error);
      }
    };
  const listen = (event: string, handler: Handler) => {
    model.on(event, handler);
    signal.addEventListener("abort", () => model.off(event, handler), { once: true });
  };
  listen(
    "msg:custom",
    guarded((content: unknown, buffers?: DataView[]) => {
      const message = parseInfo(content);
      if (message) link.receive(message, buffers?.[0]);
    }),
  );
  listen(
    "change:state",
    guarded(() => {
      const next = parseState(model.get("state"));
      if (next) link.setState(next);
    }),
  );
  listen(
    "change:spectrum",
    guarded(() => {
      found = parseSpectrum(model.get("spectrum"));
      draw();
      // Other ends of the sliders move the second picture by another amount.
      if (found?.beside && Object.values(link.wanted().strengths).some(Boolean)) link.refresh();
    }),
  );
  // The front end tells this when the kernel was restarted or is dead; a live model never tells it.
  listen(
    "comm_live_update",
    guarded(() => link.disconnect()),
  );
  listenToKeys(scope, root, {
    previousSeed: seed.previous,
    nextSeed: seed.next,
    randomSeed: seed.random,
    resetAll,
    compare,
    hold: (held) => link.hold(held),
  });
  window.addEventListener("pagehide", () => link.stop(true), { signal });
  window.addEventListener("pageshow", (event) => event.persisted && link.start(), { signal });
  signal.addEventListener(
    "abort",
    () => {
      link.stop(false);
      root.remove();
    },
    { once: true },
  );

  el.append(root);
  draw();
  link.start();
}

/** A name no other view has, also where pages are not from a secure origin and have no `randomUUID`. */
function viewName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("-");
}

/** Whether a spectrum is that of the state's method and layers. */
function describes(spectrum: Spectrum, state: State): boolean {
  const asked = state.method ?? spectrum.method;
  if (state.beside !== (spectrum.beside?.method ?? null)) return false;
  return spectrum.method === asked && spectrum.layers.join() === state.layers.join();
}

export default { render };
