"""A real kernel, driven by what a front end sends."""

import json

import pytest
from jupyter_client.manager import KernelManager

from tests.jupyter.lab import own_environment
from tests.patience import WAIT_SECONDS
from tests.processes import ENVIRONMENT

PATHS = {"PYTHONPATH": ENVIRONMENT["PYTHONPATH"]}
PANEL = "from sefa_widget import explore\npanel = explore(device='cpu')\npanel"
SLOW = """
import time, torch
class Layer(torch.nn.Module):
    slow = False
    def forward(self, x):
        if Layer.slow:
            print("SLOW", flush=True)
            time.sleep(0.3)
        return x
class Network(torch.nn.Module):
    z_dim = 8
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(8, 12)
        self.layers = torch.nn.Sequential(*(Layer() for _ in range(20)))
    def forward(self, z):
        return self.layers(self.first(z)).view(-1, 3, 2, 2)
from sefa_widget import explore
panel = explore(Network())
Layer.slow = True
panel
"""


class Kernel:
    """Runs cells and speaks with panels, over the kernel's real channels."""

    def __init__(self, folder) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env=own_environment(folder) | PATHS)
        self.process = self.manager.provisioner.process
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=WAIT_SECONDS)
        self.messages = []

    def run(self, code, cell_id):
        """Run a cell, and give what the kernel published until it was idle again."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        request = self.client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        self.client.shell_channel.send(request)
        published = []
        while True:
            published.append(self.next())
            message = published[-1]
            assert message["msg_type"] != "error", message["content"]
            mine = message["parent_header"].get("msg_id") == request["header"]["msg_id"]
            if mine and message["content"].get("execution_state") == "idle":
                return published

    def next(self):
        return self.client.get_iopub_msg(timeout=WAIT_SECONDS)

    def send(self, panel, content):
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": panel, "data": data})
        self.client.shell_channel.send(message)

    def wait(self, found):
        """Give the first published message that is sought."""
        while not found(message := self.next()):
            pass
        return message

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(tmp_path):
    kernel = Kernel(tmp_path)
    yield kernel
    kernel.stop()


def opened(published):
    """The comm of the panel that a cell opened."""
    opens = [message["content"] for message in published if message["msg_type"] == "comm_open"]
    (panel,) = [content["comm_id"] for content in opens if "directions_info" in content["data"]["state"]]
    return panel


def closed(published):
    return [m["content"]["comm_id"] for m in published if m["msg_type"] == "comm_close"]


def is_frame_of(panel):
    def found(message):
        content = message["content"]
        if message["msg_type"] != "comm_msg" or content["comm_id"] != panel:
            return False
        return content["data"].get("content", {}).get("type") == "frame"

    return found


def test_a_cell_of_a_notebook_that_is_run_again_replaces_its_panel(kernel):
    first = opened(kernel.run(PANEL, "a"))
    kernel.send(first, {"type": "hello", "view": "v", "seq": 1})
    kernel.wait(is_frame_of(first))
    again = kernel.run(PANEL, "a")
    second = opened(again)
    assert first in closed(again)
    kernel.send(second, {"type": "hello", "view": "w", "seq": 1})
    kernel.wait(is_frame_of(second))
    other = kernel.run(PANEL.replace("panel", "other"), "b")
    assert second not in closed(other)
    count = "import threading, json\nprint(json.dumps([t.name for t in threading.enumerate()]))"
    told = [m["content"]["text"] for m in kernel.run(count, "c") if m["msg_type"] == "stream"]
    assert json.loads(told[0]).count("sefa_widget worker") == 1


def test_a_kernel_that_is_shut_down_while_its_panel_draws_ends_well(kernel):
    panel = opened(kernel.run(SLOW, "a"))
    kernel.send(panel, {"type": "hello", "view": "v", "seq": 1})
    kernel.wait(lambda message: message["msg_type"] == "stream" and "SLOW" in message["content"]["text"])
    kernel.client.shutdown()
    assert kernel.process.wait(WAIT_SECONDS) == 0


SEARCH = """
import time, torch
class Network(torch.nn.Module):
    z_dim, slow = 8, False
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(8, 12)
    def forward(self, z):
        if Network.slow:
            time.sleep(0.05)
        return self.first(z).view(-1, 3, 2, 2)
from sefa_widget import explore
panel = explore(Network())
panel
"""


def method_told(message):
    """The method of the state that a message tells, in a list; empty where it tells none."""
    state = message["content"].get("data", {}).get("state", {}).get("state")
    return [] if state is None else [state["method"]]


def test_an_interrupt_between_cells_ends_a_search_and_the_panel_goes_back(kernel):
    panel = opened(kernel.run(SEARCH, "a"))
    kernel.send(panel, {"type": "hello", "view": "v", "seq": 1})
    kernel.wait(is_frame_of(panel))
    kernel.run("Network.slow = True", "b")
    patch = {"method": "jacobian", "options": {"n": 5000}}
    kernel.send(panel, {"type": "edit", "view": "v", "seq": 2, "patch": patch})
    kernel.wait(lambda message: "'progress'" in str(message["content"]))
    kernel.manager.interrupt_kernel()
    kernel.wait(lambda message: method_told(message) == [None])
    kernel.run("Network.slow = False", "e")
    kernel.send(panel, {"type": "edit", "view": "v", "seq": 3, "patch": {}})
    kernel.wait(is_frame_of(panel))


def test_an_interrupt_of_a_cell_is_still_the_cells(kernel):
    kernel.run(SEARCH, "a")
    content = {"code": "import time\nprint('RUNS', flush=True)\ntime.sleep(1000)", "silent": False}
    request = kernel.client.session.msg("execute_request", content)
    kernel.client.shell_channel.send(request)
    kernel.wait(lambda message: message["msg_type"] == "stream" and "RUNS" in message["content"]["text"])
    kernel.manager.interrupt_kernel()
    error = kernel.wait(lambda message: message["msg_type"] == "error")
    assert error["content"]["ename"] == "KeyboardInterrupt"
