"""Opens notebooks in a real JupyterLab for a script that edits the page as a person would, and times it.

Every panel in the page is driven and read in the same way: `set` does what one step of a drag does, and the
level that is shown is read off the drawn pixels when the page is about to paint (`requestAnimationFrame`).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.chromium import CHROMIUM_FLAGS, CHROMIUM_NAMES, find_chromium  # noqa: E402 (is below ROOT)
from tests.hosts.forwarder import forwarding  # noqa: E402
from tests.jupyter.lab import Notebook, running_lab, write_notebook  # noqa: E402

SETUP = """
import gc, io, json, time
import ipywidgets, psutil
from PIL import Image
from sefa_widget import explore
from sefa_widget.panel import widget
from sefa_widget.pictures import frames
from benchmarks.stamp import TRAVEL, LEVELS, Stamped, drawing
widget.SefaWidget._measure = lambda panel: None  # the first ends stay: a level is the strength set
generator = Stamped({resolution}, pause={pause})
draw = drawing(generator)
"""
PANEL = "panel = explore(generator, device='cpu')\npanel"
SLIDER = "slider = ipywidgets.FloatSlider(min=-TRAVEL, max=TRAVEL, step=2 * TRAVEL / LEVELS, value=0)"
INTERACT = f"""
{SLIDER}
ipywidgets.interact(lambda strength: Image.fromarray(draw(strength)), strength=slider);
"""
IMAGE = f"""
def encoded(pixels):
    buffer = io.BytesIO()
    if len(pixels) <= frames.RAW_LIMIT:
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    else:
        Image.fromarray(pixels).save(buffer, "JPEG", quality=frames.JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()
{SLIDER}
size = str(generator.resolution) + "px"
image = ipywidgets.Image(value=encoded(draw(0)), layout=dict(width=size, height=size))
slider.observe(lambda change: setattr(image, "value", encoded(draw(change.new))), "value")
ipywidgets.VBox([slider, image])
"""

DRIVER = """
() => {
  const LEVELS = 1000, TRAVEL = 4, BITS = 10, PATIENCE_MS = 20000;
  const scratch = document.createElement('canvas');
  const context = scratch.getContext('2d', { willReadFrequently: true });
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const toPaint = () => new Promise(requestAnimationFrame);

  class Panel {
    constructor(cell) {
      this.cell = window.jupyterapp.shell.currentWidget.content.widgets[cell].outputArea.node;
    }
    get picture() {
      return this.cell.querySelector('.sefa-picture') ?? this.cell.querySelector('img');
    }
    get range() {
      return this.cell.querySelector('input[type=range][aria-label="Direction 0"]');
    }
    /** One step of a drag. noUiSlider, the slider of ipywidgets, calls the same handler from here. */
    set(level) {
      const strength = (level / LEVELS * 2 - 1) * TRAVEL;
      if (this.range) {
        this.range.value = strength;
        this.range.dispatchEvent(new Event('input', { bubbles: true }));
      } else this.cell.querySelector('.noUi-target').noUiSlider.set(strength);
    }
    hold() {
      this.picture.scrollIntoView({ block: 'center', behavior: 'instant' });
      this.range?.dispatchEvent(new PointerEvent('pointerdown', { button: 0, bubbles: true }));
    }
    release() {
      window.dispatchEvent(new PointerEvent('pointerup'));
    }
    /** The level in the pixels that are shown; null if there are none yet. */
    shown() {
      const { picture } = this;
      const width = picture?.naturalWidth ?? picture?.width ?? 0;
      if (!width || picture.complete === false) return null;
      const cell = width / 16, count = BITS + 2;
      scratch.width = count;
      scratch.height = 1;
      context.imageSmoothingEnabled = false;
      context.drawImage(picture, 0, 0, count * cell, cell, 0, 0, count, 1);
      const values = context.getImageData(0, 0, count, 1).data;
      const bits = Array.from({ length: count }, (_, place) => (values[4 * place] > 127 ? 1 : 0));
      if (bits[0] !== 1 || bits[count - 1] !== 0) return null;
      return bits.slice(1, -1).reduce((level, bit) => 2 * level + bit, 0);
    }
    /** Wait until a level is about to be painted; the milliseconds since `start`, or null. */
    async painted(level, start) {
      for (;;) {
        await toPaint();
        if (this.shown() === level) return performance.now() - start;
        if (performance.now() - start > PATIENCE_MS) return null;
      }
    }
    /** Edits one after another while the slider is held: milliseconds from the event to the picture. */
    async edits(levels) {
      const times = [];
      this.hold();
      for (const level of levels) {
        await sleep(30 + 50 * Math.random());
        const start = performance.now();
        this.set(level);
        times.push(await this.painted(level, start));
      }
      this.release();
      await sleep(500);
      return times;
    }
    /** An event before each paint: when each level was set and painted, and when it was let go. */
    async drag(ms, first, step) {
      const set = {}, painted = [], begin = performance.now();
      let last = this.shown(), level = first, release = null, at = begin;
      this.hold();
      while (release === null || at - release < PATIENCE_MS) {
        await toPaint();
        const shown = this.shown();
        at = performance.now() - begin;
        if (shown !== null && shown !== last) painted.push([shown, at]);
        last = shown ?? last;
        if (release !== null && at - release > 2000 && shown === level) break;
        if (release === null && at >= ms) {
          this.release();
          release = at;
        } else if (release === null) {
          level += step;
          set[level] = at;
          this.set(level);
        }
      }
      return { set, painted, release, last: level };
    }
    pixels() {
      const { picture } = this;
      scratch.width = picture.naturalWidth ?? picture.width;
      scratch.height = picture.naturalHeight ?? picture.height;
      context.drawImage(picture, 0, 0);
      return context.getImageData(0, 0, scratch.width, scratch.height).data;
    }
    /** As many edits as there are answers: the next one as soon as a picture has changed. */
    async hammer(count) {
      const target = this.picture.parentElement;
      const changes = { subtree: true, attributes: true, attributeFilter: ['data-revision'] };
      this.hold();
      for (let done = 0; done < count; done++) {
        const changed = new Promise((resolve) => {
          if (this.range) {
            const observer = new MutationObserver(() => (observer.disconnect(), resolve(true)));
            observer.observe(target, changes);
          } else this.picture.addEventListener('load', () => resolve(true), { once: true });
        });
        this.set((this.hammered = ((this.hammered ?? 0) + 7) % LEVELS));
        if (!(await Promise.race([changed, sleep(PATIENCE_MS)]))) throw new Error(`no answer to ${done}`);
      }
      this.release();
    }
  }

  /** The comm of a widget: its echo timed, its frames recorded. */
  class Wire {
    constructor(id) {
      this.comm = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel._comms.get(id);
      this.frames = [];
      const handle = this.comm.onMsg;
      this.comm.onMsg = (message) => {
        const content = message.content.data.content;
        if (content?.type === 'probe' && content.view === 'benchmark') this.echoed();
        if (content?.type === 'frame') {
          const [bytes, padding] = message.buffers;
          this.frames.push({ ...content, bytes: bytes.byteLength, padded: Boolean(padding) });
          if (content.mime !== 'image/webp') this.preview = [content, bytes];
        }
        return handle(message);
      };
    }
    /** Milliseconds of round trips, with pauses as between edits or one right after the other. */
    async echo(padded, count, pauses = true) {
      const times = [];
      for (let seq = 1; seq <= count; seq++) {
        if (pauses) await sleep(30 + 50 * Math.random());
        const start = performance.now();
        const content = { type: 'probe', view: 'benchmark', seq, padded };
        await new Promise((resolve) => {
          this.echoed = resolve;
          this.comm.send({ method: 'custom', content });
        });
        times.push(performance.now() - start);
      }
      return times;
    }
    async decode(count) {
      const [{ mime, width, height }, bytes] = this.preview;
      const view = new Uint8ClampedArray(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength);
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const target = canvas.getContext('2d');
      const times = [];
      for (let i = 0; i < count; i++) {
        const start = performance.now();
        if (mime === 'image/x-rgba') target.putImageData(new ImageData(view, width, height), 0, 0);
        else {
          const bitmap = await createImageBitmap(new Blob([view], { type: mime }));
          target.drawImage(bitmap, 0, 0);
          bitmap.close();
        }
        times.push(performance.now() - start);
        await sleep(5);
      }
      return times;
    }
  }

  window.benchmark = { Panel, Wire, panels: {} };
}
"""


class Page:
    """An open notebook whose first cell is `SETUP`, and the panels in its cells by name."""

    def __init__(self, notebook: Notebook, cells: Sequence[str]) -> None:
        self.notebook = notebook
        self.asked = len(cells) + 1
        for number in range(self.asked):
            self.run(number)
        notebook.page.evaluate(DRIVER)

    def run(self, number: int) -> None:
        """Run a cell to its end."""
        self.notebook.run_cell(number)
        self.notebook.page.wait_for_function(
            """number => {
                const { model } = window.jupyterapp.shell.currentWidget.content.widgets[number];
                return model.executionCount > 0 && model.executionState !== 'running';
            }""",
            arg=number,
            timeout=60_000,
        )

    def ask(self, expression: str) -> Any:
        """Evaluate a JSON-able Python expression in the kernel, in the cell kept for that."""
        self.notebook.page.evaluate(
            """([number, source]) => {
                const { model } = window.jupyterapp.shell.currentWidget.content.widgets[number];
                model.sharedModel.setSource(source);
                model.clearExecution();
            }""",
            [self.asked, f"print(json.dumps({expression}))"],
        )
        self.run(self.asked)
        return json.loads(self.notebook.output(self.asked))

    def call(self, name: str, method: str, *arguments: Any) -> Any:
        """Call a method of the driver's object of that name."""
        return self.notebook.page.evaluate(
            "([name, method, args]) => window.benchmark.panels[name][method](...args)",
            [name, method, arguments],
        )

    def panel(self, name: str, cell: int) -> None:
        """Give the panel in a cell a name, once it shows a picture."""
        self.notebook.page.evaluate(
            "([name, cell]) => { window.benchmark.panels[name] = new window.benchmark.Panel(cell); }",
            [name, cell],
        )
        self.notebook.page.wait_for_function(
            "name => window.benchmark.panels[name].shown() === 500", arg=name, timeout=60_000
        )

    def wire(self, name: str, model_id: str) -> None:
        """Give the comm of a widget a name."""
        self.notebook.page.evaluate(
            "([name, id]) => { window.benchmark.panels[name] = new window.benchmark.Wire(id); }",
            [name, model_id],
        )


class Lab:
    """A running JupyterLab, and the Chromium to open its notebooks in."""

    def __init__(self, address: str, folder: Path, chromium: str, playwright: Playwright) -> None:
        self.address, self.folder = address, folder
        self.chromium, self.playwright = chromium, playwright

    @contextmanager
    def page(self, cells: Sequence[str], *, resolution: int, pause: float = 0.0) -> Iterator[Page]:
        """Open a notebook in a browser of its own and run its cells."""
        setup = SETUP.format(resolution=resolution, pause=pause)
        name = write_notebook(self.folder, [setup, *cells, ""])
        browser = self.playwright.chromium.launch(executable_path=self.chromium, args=CHROMIUM_FLAGS)
        tab = browser.new_page(viewport={"width": 1600, "height": 1000})
        notebook = Notebook(tab, self.address, name)
        notebook.open()
        yield Page(notebook, cells)
        notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        browser.close()
        if notebook.failures:
            raise RuntimeError(f"Errors in the page: {notebook.failures}")


@contextmanager
def far(address: str, seconds: float) -> Iterator[str]:
    """Give the address under which a server answers, a round trip taking so much longer."""
    if not seconds:
        yield address
        return
    port = address.split(":")[2].split("/")[0]
    with forwarding(int(port), seconds / 2) as own:
        yield address.replace(f":{port}", f":{own}")


@contextmanager
def lab(latency: float = 0.0) -> Iterator[Lab]:
    """Start JupyterLab on this checkout, some seconds of a round trip away; print what it runs on."""
    os.environ["PYTHONPATH"] = str(ROOT)
    found = find_chromium()
    if found is None:
        raise SystemExit(f"None of {', '.join(CHROMIUM_NAMES)} is on PATH: 'make browser' installs it.")
    with (
        tempfile.TemporaryDirectory() as base,
        running_lab(Path(base)) as (here, folder),
        far(here, latency) as address,
        sync_playwright() as playwright,
    ):
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        print(
            f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
            f"{psutil.virtual_memory().total / 2**30:.0f} GB, Python {platform.python_version()}, "
            f"{version.split(' built')[0].strip()}, {time.strftime('%Y-%m-%d')}",
            flush=True,
        )
        yield Lab(address, folder, found, playwright)


def quantile(values: Sequence[float], part: float) -> float:
    """Give the value that this part of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    """Give the middle value; NaN of none."""
    return statistics.median(values) if values else float("nan")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under column names; numbers with three digits."""
    texts = [list(columns), *([_text(value) for value in row] for row in rows)]
    texts = [row + [""] * (len(columns) - len(row)) for row in texts]
    widths = [max(len(row[place]) for row in texts) for place in range(len(columns))]
    print(f"\n{title}")
    for row in texts:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    sys.stdout.flush()


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return "" if value is None else str(value)
