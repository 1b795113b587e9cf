"""Measures how long a flood of edits keeps a panel busy; run ``python benchmarks/flood.py``.

A client that does not wait for answers sends 3,000 edits to a real kernel as fast as it can. Measured is the
time from the last one that was sent to the picture that answers it. A comm that only echoes each message
shows how much of that the kernel itself takes to hand over as many messages.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.panel.test_kernel import Kernel, is_frame_of, opened  # noqa: E402 (is below ROOT)

ECHO = """
from comm import create_comm
echo = create_comm(target_name="echo", comm_id="echo")
echo.on_msg(lambda message: echo.send({"content": message["content"]["data"]["content"]}))
"""
PANEL = "from sefa_widget import explore\npanel = explore({model!r}, device='cpu')\npanel"


def flood(kernel: Kernel, comm: str, count: int) -> tuple[float, float, list[float]]:
    """Send edits; give the seconds of sending, then to the last answer, and how long each picture took."""
    start = time.monotonic()
    ended: list[float] = []

    def send() -> None:
        for n in range(1, count + 1):
            patch = {"strengths": {"0": n % 100 / 50}}
            edit = {"type": "edit", "view": "v", "seq": 1 + n, "patch": patch, "moving": n < count, "step": 1}
            kernel.send(comm, edit)
        ended.append(time.monotonic())

    sender = threading.Thread(target=send)
    sender.start()
    renders: list[float] = []
    answers: Callable[[dict[str, Any]], bool] = is_frame_of(comm) if comm != "echo" else is_echo
    while True:
        content = kernel.wait(answers)["content"]["data"]["content"]
        renders.append(content.get("render_ms", 0.0))
        if content["seq"] == 1 + count:
            break
    answered = time.monotonic()
    sender.join()
    return ended[0] - start, answered - ended[0], renders


def is_echo(message: dict[str, Any]) -> bool:
    """Whether a message is an answer of the comm that echoes."""
    return message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == "echo"


def main() -> None:
    """Measure both, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--edits", type=int, default=3000)
    parser.add_argument("--model", default="heads")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kernel = Kernel(Path(folder))
        try:
            kernel.run(ECHO, "a")
            panel = opened(kernel.run(PANEL.format(model=arguments.model), "b"))
            kernel.send(panel, {"type": "hello", "view": "v", "seq": 1})
            kernel.wait(is_frame_of(panel))
            print("| comm | sent in s | answered s later | answers | longest render ms |")
            print("|---|---|---|---|---|")
            for name, comm in (("echo", "echo"), ("panel", panel)):
                sent, later, renders = flood(kernel, comm, arguments.edits)
                print(
                    f"| {name} | {sent:.2f} | {later:.2f} | {len(renders)} | {max(renders):.1f} |", flush=True
                )
        finally:
            kernel.stop()


if __name__ == "__main__":
    main()
