"""What a person does with the panel, task by task, and in how many steps; run ``python benchmarks/tasks.py``.

A real JupyterLab and Chromium; it needs some minutes. Each task is done with the panel's own controls by
mouse and keys, and its outcome is checked by the pictures on the page and by the state in the kernel. A
click, a drag and a key are a step each; to choose from a menu is two clicks. To find what changes something
is to look at the pictures of both ends of all directions on the wall, group of layers by group; the bundled
regressor is the eyes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from hands import Hands  # noqa: E402 (is below ROOT)

from sefa_widget.evaluation.regressor import load_regressor  # noqa: E402
from tests.chromium import CHROMIUM_FLAGS, find_chromium  # noqa: E402
from tests.jupyter.lab import Notebook, running_lab, write_notebook  # noqa: E402
from tests.patience import WAIT_MS  # noqa: E402

HEADS = "from sefa_widget import explore\npanel = explore('heads', device='cpu')\npanel"
WIDE = """
import torch
from sefa_widget import explore
from sefa_widget.generators.stylegan2 import StyleGAN2
torch.manual_seed(0)
network = StyleGAN2({4: 64, 8: 32, 16: 16}, {'z_dim': 64, 'widths': [512]}).eval().requires_grad_(False)
panel = explore(network, device='cpu')
panel
"""
CLASSES = """
import torch
from sefa_widget import explore
from sefa_widget.generators.biggan.network import BigGAN
torch.manual_seed(0)
network = BigGAN(16, 1000, 8, [(True, 8, 4), (True, 4, 4)]).eval().requires_grad_(False)
panel = explore(network, device='cpu')
panel
"""
SLOW = """
import time
from sefa_widget import explore, load_generator
slow = load_generator('heads', device='cpu')
slow.name = 'slow heads'
parts = [part for part in slow.modules() if type(part).__name__ in ('ToRGB', 'StyledConv')]
for part in parts:
    part.register_forward_pre_hook(lambda *_: time.sleep(0.4 / len(parts)))
panel = explore(slow)
panel
"""
REPORT = "import json\nprint(json.dumps(panel.state))"
CELLS = {"heads": HEADS, "wide": WIDE, "classes": CLASSES, "slow": SLOW}
ATTRIBUTES = {
    "the turn of the head": "yaw",
    "glasses": "glasses",
    "the beard": "beard",
    "hair colour": "hair_colour",
}
CLEAR = 0.5
"""How far an attribute goes between two pictures that show it clearly; all of its range is 2."""
EYES = load_regressor()


def seen(pictures: list[np.ndarray], attribute: str) -> np.ndarray:
    """Look at pictures: how much of an attribute each has."""
    images = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.no_grad():
        return EYES(images)[:, EYES.names.index(attribute)].numpy()


def find(hands: Hands, attribute: str) -> str:
    """Find the direction whose ends differ most in an attribute, and drag its slider to an end."""
    if attribute == "glasses":  # on somebody who wears some
        people = seen(hands.pictures(".sefa-person .sefa-picture"), attribute)
        hands.click(".sefa-choose", int(people.argmax()))
        hands.click(".sefa-stretch button", 1)  # they stay on at the usual ends
        hands.settle()
    before = seen([hands.large], attribute)[0]
    hands.click(".sefa-views button", 1)
    found: list[tuple[float, int, int]] = []
    presets = hands.page.locator(".sefa-panel .sefa-preset").count() - 1  # the last one is of all layers
    for preset in range(presets):
        if preset:
            hands.click(".sefa-preset", preset)
        hands.settle_wall()
        ends = seen(hands.pictures(".sefa-wall .sefa-pair canvas"), attribute)
        apart = np.abs(ends[1::2] - ends[0::2])
        found.append((float(apart.max()), preset, int(apart.argmax())))
        if apart.max() > 2 * CLEAR:
            break
    _, preset, place = max(found)
    if preset != len(found) - 1:
        hands.click(".sefa-preset", preset)
        hands.settle_wall()
    direction = int(hands.page.locator(".sefa-pair b").nth(place).inner_text()[1:])
    layers = hands.page.locator(".sefa-panel .sefa-preset").nth(preset).inner_text()
    hands.click(".sefa-pair", place)
    ends = []
    for share in (0.99, 0.01):
        hands.drag(direction, share)
        ends.append(seen([hands.large], attribute)[0])
    check(abs(ends[1] - ends[0]) > CLEAR, f"{attribute} goes from {ends[1]:.2f} to {ends[0]:.2f} only")
    span = f"{attribute} {ends[1]:+.2f} to {ends[0]:+.2f}"
    return f"#{direction} of {layers}: {span}; it was {before:+.2f}"


def nine_people(hands: Hands) -> str:
    """See direction 3 on nine people."""
    hands.press(*"+" * (9 - len(hands.state["starts"])))
    hands.press("g", "3", "Enter")
    if hands.page.locator(".sefa-open .sefa-all[aria-pressed=true]").count() == 0:
        hands.press("Escape", "a")
    hands.settle()
    frames = ".sefa-open .sefa-filmstrip .sefa-line"
    hands.page.wait_for_function(
        "() => document.querySelectorAll('.sefa-open .sefa-line').length === 9"
        " && !document.querySelector('.sefa-open .sefa-filmstrip .sefa-pending')"
    )
    check(hands.page.locator(frames).count() == 9, "not nine strips")
    check((len(hands.state["starts"]), hands.state["focused"]) == (9, 3), "not direction 3 on nine people")
    return "nine filmstrips of direction 3"


def go_back(hands: Hands) -> str:
    """Go back to the picture of some steps ago."""
    hands.drag(1, 0.9)
    then, state = hands.large, hands.state
    for key in ("]", "r"):
        hands.press(key)
        hands.settle()
    hands.drag(2, 0.1)
    hands.steps.clear()
    hands.click(".sefa-step", 1)
    hands.settle()
    check(np.array_equal(hands.large, then), "it is another picture")
    check(hands.state["strengths"] == state["strengths"], "it has other strengths")
    return "the same pixels"


def undo_drag(hands: Hands) -> str:
    """Undo a drag that was an accident."""
    hands.drag(0, 0.8)
    then, state = hands.large, hands.state
    hands.drag(1, 0.1)
    check(not np.array_equal(hands.large, then), "the drag did nothing")
    hands.steps.clear()
    hands.press("Control+z")
    hands.settle()
    check(np.array_equal(hands.large, then), "it is another picture")
    check(hands.state["strengths"] == state["strengths"], "it has other strengths")
    return "the same pixels"


def compare_layers(hands: Hands) -> str:
    """Compare bottom with top layers on the same seed."""
    hands.drag(0, 0.9)
    hands.steps.clear()
    option = hands.page.locator(".sefa-methods select").nth(1).locator("option", has_text="layers of").nth(2)
    hands.choose(".sefa-methods select", 1, option.text_content())
    hands.settle()
    hands.page.wait_for_function("() => document.querySelectorAll('.sefa-chosen .sefa-picture').length === 2")
    hands.settle()
    one, other = hands.pictures(".sefa-chosen .sefa-picture")
    state = hands.state
    check(state["second"]["layers"] != state["layers"], "both are of the same layers")
    check(not np.array_equal(one, other), "both pictures are the same")
    return f"layers {state['layers']} beside {state['second']['layers']}"


def exactly(hands: Hands) -> str:
    """Set a strength of exactly 2.5."""
    hands.click("input[aria-label='Strength of direction 0']")
    hands.press(*"2.5", "Enter")
    hands.settle()
    check(hands.state["strengths"] == {"0": 2.5}, f"strengths are {hands.state['strengths']}")
    return "strengths {0: 2.5}"


def direction_137(hands: Hands) -> str:
    """Go to direction 137 of 512."""
    hands.press("g", *"137", "Enter")
    hands.page.wait_for_selector(".sefa-open input[aria-label='Direction 137']")
    check(hands.state["focused"] == 137, "another direction is open")
    hands.settle()
    steps = hands.steps.copy()
    hands.drag(137, 0.9)
    hands.steps = steps
    check(list(hands.state["strengths"]) == ["137"], "its slider is another one")
    return "its row is open, its slider moves it"


def class_by_name(hands: Hands) -> str:
    """Choose a class by its name."""
    hands.click("input[aria-label=Class]")
    hands.press(*"tabby", "Enter")
    hands.settle()
    label = hands.state["starts"][hands.state["chosen"]]["label"]
    check(label == 281, f"the class is {label}")
    return "class 281, tabby"


def slow_generator(hands: Hands) -> str:
    """Drag a slider of a generator that needs 400 ms for a picture."""
    took = hands.page.locator(".sefa-time").inner_text()
    hands.hold(0, 0.9)
    hands.page.wait_for_selector(".sefa-chosen .sefa-picture[data-quality=sketch]")
    hands.page.mouse.up()
    hands.settle()
    check(hands.state["strengths"]["0"] > 0, "nothing moved")
    return f"a picture takes {took}; sketches while it moves, then the whole picture"


TASKS: dict[str, tuple[str, Callable[[Hands], str]]] = {
    **{
        f"find {what}": ("heads", lambda hands, attribute=attribute: find(hands, attribute))
        for what, attribute in ATTRIBUTES.items()
    },
    "see direction 3 on nine people": ("heads", nine_people),
    "go back to a picture of before": ("heads", go_back),
    "undo an accidental drag": ("heads", undo_drag),
    "compare bottom with top layers": ("heads", compare_layers),
    "set exactly 2.5": ("heads", exactly),
    "direction 137 of 512": ("wide", direction_137),
    "a class by name, of 1000": ("classes", class_by_name),
    "drag with 400 ms a picture": ("slow", slow_generator),
}


def check(true: bool, otherwise: str) -> None:
    """Fail with a reason unless something is true."""
    if not true:
        raise RuntimeError(otherwise)


def main() -> int:
    """Do all tasks, or those whose names hold one of the words that are given, and print their steps."""
    wanted = [name for name in TASKS if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    failed = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as (address, root),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 1400}).new_page()
        page.set_default_timeout(WAIT_MS)
        name = write_notebook(root, [*CELLS.values(), REPORT])
        notebook = Notebook(page, address, name)
        notebook.open()
        hands = Hands(notebook, len(CELLS))
        print(f"{'task':34} steps  clicks drags keys  what came of it")
        for task in wanted:
            cell, do = TASKS[task]
            hands.open(list(CELLS).index(cell))
            try:
                told = do(hands)
            except Exception as error:
                failed += 1
                told = f"FAILED: {error}"
                page.screenshot(path=Path(tempfile.gettempdir()) / f"task-{task.replace(' ', '-')}.png")
            counts = [hands.steps[kind] for kind in ("clicks", "drags", "keys")]
            print(f"{task:34} {sum(counts):5}  {counts[0]:6} {counts[1]:5} {counts[2]:4}  {told}", flush=True)
        notebook.shut_down()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
