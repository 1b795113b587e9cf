"""Run one ending of a script with a panel in a process of its own each, and print how each went as JSON.

Every function of `ENDINGS` returns while the panel's worker is busy; then the process ends as a script does.
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
import warnings

import torch

from sefa_widget import explore
from tests.patience import WAIT_SECONDS

GUARD_SECONDS = int(WAIT_SECONDS)
"""A process that hangs is killed, and its status says so."""


class Layer(torch.nn.Module):
    slow = False

    def forward(self, x):
        if Layer.slow:
            time.sleep(0.3)
        return x


class Slow(torch.nn.Module):
    """A network of 20 layers; drawing one picture takes six seconds once `Layer.slow` is set."""

    z_dim = 8

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(8, 12)
        self.layers = torch.nn.Sequential(*(Layer() for _ in range(20)))

    def forward(self, z):
        return self.layers(self.first(z)).view(-1, 3, 2, 2)


def ask(panel, **patch) -> None:
    panel._handle_custom_msg({"type": "edit", "view": "v", "seq": 1, "patch": patch}, [])


def draw(panel) -> None:
    """Return when the worker is inside the network."""
    inside = threading.Event()
    for module in panel.generator.modules():
        module.register_forward_pre_hook(lambda *_: inside.set())
    ask(panel)
    inside.wait()


def faces() -> None:
    draw(explore(device="cpu"))


def heads() -> None:
    draw(explore("heads", device="cpu"))


def slow_module() -> None:
    panel = explore(Slow())
    Layer.slow = True
    draw(panel)


class Endless(torch.nn.Module):
    """A network without modules, whose picture is never done once `Layer.slow` is set."""

    z_dim = 8

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(8, 12)

    def forward(self, z):
        x = self.first(z)
        while Layer.slow:
            x = torch.tanh(x)
        return x.view(-1, 3, 2, 2)


def without_modules() -> None:
    panel = explore(Endless())
    Layer.slow = True
    draw(panel)


def measuring_slider_ends() -> None:
    panel = explore(device="cpu")
    session, measuring = panel._session, threading.Event()
    measure = session.finder.measure_range

    def told(state):
        measuring.set()
        return measure(state)

    session.finder.measure_range = told
    ask(panel)
    measuring.wait()


def long_work(method) -> None:
    panel = explore("heads", device="cpu")
    running = threading.Event()
    panel._tell = lambda *_, **__: running.set()  # the first message tells of progress
    ask(panel, method=method)
    running.wait()


def pca() -> None:
    long_work("pca")


def jacobian() -> None:
    long_work("jacobian")


def idle() -> None:
    ask(explore(device="cpu"))


def leaving() -> None:
    slow_module()
    sys.exit(0)


def a_fork() -> None:
    slow_module()
    warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of a fork beside threads
    if os.fork() == 0:
        sys.exit(0)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0


def failing() -> None:
    slow_module()
    raise RuntimeError("the last line of the script fails")


ENDINGS = (
    faces,
    heads,
    slow_module,
    without_modules,
    measuring_slider_ends,
    pca,
    jacobian,
    idle,
    leaving,
    a_fork,
    failing,
)


def main() -> None:
    results = {}
    for ending in ENDINGS:
        with tempfile.TemporaryFile("w+") as errors:
            child = os.fork()
            if child == 0:
                signal.alarm(GUARD_SECONDS)
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.dup2(errors.fileno(), 2)
                ending()
                return  # and the process ends as any script does
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            errors.seek(0)
            results[ending.__name__] = (status, errors.read())
    print(json.dumps(results))


if __name__ == "__main__":
    main()
