/** The panel: it lives in an element, shows a widget's model, and ends when its signal is aborted. */

import type { AnyModel } from "@anywidget/types";
import { createBeforehand } from "./beforehand";
import { createCarried } from "./carried";
import { commKernel, type Traits } from "./comm-kernel";
import { createCopy } from "./copy";
import { createDirections } from "./directions";
import { createDisplay } from "./display";
import { h, on, type Scope } from "./dom";
import { createHeat } from "./heat";
import type { Kernel, Listener } from "./kernel";
import { listenToKeys } from "./keys";
import { createLayerRange } from "./layer-range";
import { Link } from "./link";
import { Looks } from "./looks";
import { createMethod } from "./method";
import { isEmpty } from "./overlay";
import { PageDrawing } from "./page-drawing";
import { createPhoto } from "./photo";
import { createRegion } from "./region";
import { createSeed } from "./seed";
import { createShare } from "./share";
import { columnNames, describes } from "./sheet";
import { createSplit } from "./split";
import { createStage } from "./stage";
import { named, shifted, withAnother, without } from "./starts";
import { type Patch, ranged, resetting, type State } from "./state";
import { createStatus } from "./status";
import { Steps } from "./steps";
import type { StudyInfo } from "./study";
import { createStudyView } from "./study-view";
import { followTheme } from "./theme";
import { createUndo } from "./undo";
import { createViews } from "./views";
import { createVisited } from "./visited";

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

  const kernel = commKernel(model, el);
  if (kernel) createPanel(kernel, el, ending.signal);
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

/** Put a panel into an element; it ends with the signal. */
export function createPanel(kernel: Kernel, el: HTMLElement, signal: AbortSignal): void {
  const { generator: info, limits } = kernel;
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
  const status = createStatus(scope, info, limits, () => link.ask({ type: "cancel" }));
  const steps = new Steps();
  const edit = (patch: Patch) => {
    if (isEmpty(patch)) return;
    const what = JSON.stringify(Object.entries(patch).map(([name, value]) => [name, controls(name, value)]));
    link.edit(patch, steps.of(what, performance.now()));
  };
  const undo = (redo: boolean) => link.ask({ type: "undo", redo });
  const compare = (unedited: boolean) => {
    comparing = unedited;
    stage.setComparing(unedited);
    link.compare(unedited);
  };
  const resetAll = () => edit(resetting(link.wanted()));
  const lock = (index: number, locked: boolean) => {
    const others = link.wanted().locked.filter((other) => other !== index);
    edit({ locked: locked ? [...others, index].sort((a, b) => a - b) : others });
  };
  const beforehand = limits?.beforehand ?? null;
  const beforehandNote = createBeforehand(beforehand);
  const stage = createStage(scope, info, beforehand, {
    compare,
    choose: (row) => row !== link.wanted().chosen && edit({ chosen: row }),
    add: () => edit(withAnother(link.wanted(), beforehand?.starts)),
    remove: (row) => edit(without(link.wanted(), row)),
    name: (row, name) => edit(named(link.wanted(), row, name)),
    shift: (row, by) => edit(shifted(link.wanted(), row, by)),
  });
  const copy = createCopy(scope, {
    wanted: look,
    ask: () => link.ask({ type: "code" }),
    closed: () => share.focus(),
  });
  const heat = createHeat(scope, () => look());
  stage.tools.insertBefore(heat.button, stage.tools.lastElementChild);
  const region = createRegion(scope, edit);
  stage.tools.insertBefore(region.button, heat.button);
  stage.el.append(heat.note, region.note);
  const photo = createPhoto(
    scope,
    { width: info.width, height: info.resolution },
    {
      find: (bytes) => link.ask({ type: "find" }, bytes),
      suggest: (photo, bytes) => link.ask({ type: "suggest", photo }, bytes),
      steer: (how) => link.ask({ type: "steer", how }),
    },
  );
  const seed = createSeed(scope, info, beforehand, edit);
  const layers = createLayerRange(scope, info, limits, edit);
  const method = createMethod(scope, info, limits, edit);
  const carried = createCarried(scope, info, limits, {
    remove: () => edit({ carried: [] }),
    spread: () => link.ask({ type: "spread" }),
  });
  const directions = createDirections(scope, carried.el, beforehand, {
    strength: (index, strength) => edit({ strengths: { [index]: strength } }),
    focus: (focused) => link.edit({ focused }, steps.last),
    lock,
    say: (index, fields) => link.ask({ type: "label", index, fields, study: false }),
    takeBack: () => link.ask({ type: "take_back", study: false }),
    sort: (sort) => edit({ sort }),
    stretch: (stretch) => edit({ stretch }),
    resetAll,
    control: limits ? null : (control) => edit({ control }),
    explore: () => edit({ view: "explore" }),
    end: (index, end) => edit({ ranges: ranged(link.wanted(), index, end) }),
    looked: look,
  });
  const study = createStudyView(scope, {
    join: (rater) => link.ask({ type: "join", rater }),
    say: (index, fields) => link.ask({ type: "label", index, fields, study: true }),
    takeBack: () => link.ask({ type: "take_back", study: true }),
    looked: look,
  });
  const share = createShare(scope, limits, copy.button, (what, ending) =>
    link.ask({ type: "share", what, ending }),
  );
  // The host's own menu would offer to delete the cell.
  on(scope, stage.el, "contextmenu", (event) => {
    event.preventDefault();
    event.stopPropagation();
    share.toggle();
  });
  const views = createViews(scope, (view) => edit({ view }));
  let found = kernel.directions;
  let labels = kernel.labels;
  let control = kernel.control;

  function draw(): void {
    const wanted = link.wanted();
    views.update(wanted);
    share.update(wanted);
    display.update(wanted);
    directions.update(wanted, found, found !== null && !describes(found, wanted), labels);
    directions.control(wanted.control, control);
    carried.update(wanted);
    layers.update(wanted);
    beforehandNote.update();
    method.update(wanted);
    seed.update(wanted);
    stage.update(wanted);
    stage.setColumns(columnNames(wanted, found));
    root.classList.toggle("sefa-wide", wanted.second !== null || wanted.original);
    stage.setBacklog(held && here?.draws(wanted) ? 0 : link.merged);
    status.show(link.status);
    area.inert = photo.el.inert = link.status === "gone";
    root.dataset.status = link.status;
    look();
    void here?.draw();
  }

  /** Small pictures are of the directions that are found, so nothing is asked for while others are searched. */
  function look(): void {
    const wanted = link.wanted();
    if (study.runs) {
      looks.show("study", study.wanted(), wanted, link.quiet, "study", study.context);
      return;
    }
    const quiet = link.quiet && found !== null && describes(found, wanted);
    // Asked for first, so drawn last.
    looks.show("visited", visited.wanted(), wanted, quiet, "visited", visited.context);
    directions.look(looks, wanted, quiet);
    looks.show("heat", heat.wanted(wanted, found), wanted, quiet);
    heat.draw(wanted, stage.pictures);
    region.draw(wanted, stage.pictures);
    const picture = link.quiet ? stage.edited(wanted) : undefined;
    if (picture) visited.keep(picture);
    copy.look(quiet);
    if (!here) return;
    if (quiet) here.look(wanted);
    root.dataset.draws = here.draws(wanted) ? "page" : "kernel";
  }

  const area = h("div", { class: "sefa-controls" });
  const start = h("div", { class: "sefa-start" }, seed.el, layers.el);
  const left = h("div", { class: "sefa-left" }, stage.el, start);
  area.append(left, createSplit(scope, area, left), directions.el);
  const root = h("div", { class: "sefa-panel", tabindex: "-1" });
  root.style.setProperty("--sefa-picture", info.resolution > 384 ? "512px" : "440px");
  const history = createUndo(scope, undo);
  history.update(kernel.history);
  const visited = createVisited(scope, (place) => link.ask({ type: "visit", place }));
  visited.update(kernel.history);
  const display = createDisplay(scope, root, edit);
  status.header.insertBefore(display.el, status.header.lastElementChild);
  share.el.append(copy.el);
  status.header.insertBefore(share.el, display.el);
  status.header.insertBefore(history.el, share.el);
  status.header.insertBefore(method.el, history.el);
  status.header.insertBefore(views.el, method.el);
  root.append(status.header, status.strip, beforehandNote.el, study.el, area, visited.el);
  if (!limits) {
    // Only a kernel with the generator's weights can look for a photo.
    stage.tools.insertBefore(photo.button, region.button);
    area.before(photo.el);
    photo.take(stage.el, root);
  }

  const link = new Link(viewName(), kernel.state, {
    send: (intent, bytes) => kernel.send(intent, bytes),
    now: () => performance.now(),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    hostname: location.hostname,
    draws: (state) => here?.draws(state) ?? false,
    changed: draw,
    confirmed: look,
    progress: (text, fraction) => {
      status.showProgress(text, fraction);
      if (text === "") share.cancelled();
    },
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

  let held = false;
  let comparing = false;
  const here = kernel.lends
    ? new PageDrawing(info, {
        borrow: (what) => link.ask({ type: "borrow", what }),
        get newest() {
          return link.newest;
        },
        wanted: () => (held && !comparing && link.status !== "gone" ? link.wanted() : null),
        show: stage.show,
        fail: (error) => {
          scope.fail(error);
          link.refresh();
        },
      })
    : null;
  signal.addEventListener("abort", () => here?.stop());

  const looks = new Looks({
    ask: (name, size, items, of) =>
      link.ask({ type: "look", name, size, items, study: of === "study", visited: of === "visited" }),
    came: look,
    fail: scope.fail,
  });

  const listener: Listener = {
    state: (state) => link.setState(state),
    directions(directions) {
      // Found anew, not only measured: other values are those of other weights, where the search is the same.
      if (String(found?.values) !== String(directions?.values)) here?.forget();
      found = directions;
      draw();
      // Other ends of the sliders move the second picture by another amount.
      if (found?.second && Object.values(link.wanted().strengths).some(Boolean)) link.refresh();
    },
    history(told) {
      history.update(told);
      visited.update(told);
    },
    labels(told) {
      labels = told;
      draw();
    },
    control(told) {
      control = told;
      draw();
    },
    study: showStudy,
    info: (message, bytes) => link.receive(message, bytes),
    seen: (seen, bytes) => seen.view === link.view && looks.receive(seen, bytes),
    code: (code) => code.view === link.view && copy.receive(code.text),
    found: (found, bytes) => found.view === link.view && photo.receive(found, bytes),
    suggested: (suggested) => suggested.view === link.view && photo.suggested(suggested),
    lent: (lent, bytes) => lent.view === link.view && here?.take(lent, bytes).then(look).catch(scope.fail),
    file(file, bytes) {
      if (file.view !== link.view) return;
      status.showProgress("", 1);
      share.receive(file, bytes);
    },
    gone: () => link.disconnect(),
    fail: scope.fail,
  };
  kernel.listen(listener, signal);
  listenToKeys(scope, root, {
    previousSeed: seed.previous,
    nextSeed: seed.next,
    randomSeed: seed.random,
    resetAll,
    compare,
    undo,
    cancel: () => status.busy && link.ask({ type: "cancel" }),
    add: stage.add,
    lock: () => {
      const { focused, locked } = link.wanted();
      if (focused !== null) lock(focused, !locked.includes(focused));
    },
    goTo: directions.focusGoTo,
    toggleAll: directions.toggleAll,
    heat: heat.toggle,
    region: region.toggle,
    view: views.choose,
    share: share.toggle,
    name: directions.name,
    projector: display.toggleProjector,
    fullScreen: display.toggleFullScreen,
    studies: () => study.runs,
    hold: (holds) => {
      held = holds;
      link.hold(held);
      if (!held) look();
    },
    press: (held) => steps.hold(held),
  });
  window.addEventListener("pagehide", () => link.stop(true), { signal });
  window.addEventListener("pageshow", (event) => event.persisted && restart(), { signal });
  signal.addEventListener(
    "abort",
    () => {
      link.stop(false);
      root.remove();
    },
    { once: true },
  );

  function showStudy(info: StudyInfo | null): void {
    study.update(info);
    root.classList.toggle("sefa-studying", study.runs);
    look();
  }

  /** The page is back: the kernel has forgotten this view. */
  function restart(): void {
    looks.forget();
    link.start();
    here?.start();
  }

  el.append(root);
  followTheme(root, signal);
  showStudy(kernel.study);
  draw();
  if (kernel.absent) {
    root.classList.add("sefa-absent"); // its still is wanted: see stage.css
    link.disconnect();
  } else {
    link.start();
    here?.start();
  }
}

/** A name no other view has, also where pages are not from a secure origin and have no `randomUUID`. */
function viewName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("-");
}

/** What a field's new value is set by: strengths have a slider each. */
function controls(name: string, value: unknown): string[] {
  return name === "strengths" ? Object.keys(value as State["strengths"]) : [];
}

export default { render };
