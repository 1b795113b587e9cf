"""The Firefox found on this machine, driven over WebDriver BiDi: a WebSocket that Firefox opens itself.

The protocol is at https://w3c.github.io/webdriver-bidi/.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import websocket

from tests.patience import WAIT_SECONDS

FIREFOX_NAMES = ("firefox-esr", "firefox")
SETTINGS = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.http": "127.0.0.1",  # nothing answers there: there is no network
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.type": 1,
    "toolkit.telemetry.enabled": False,
}
LISTENS = "WebDriver BiDi listening on "


def find_firefox() -> str | None:
    """Give the path of a Firefox; None if there is none on PATH."""
    return next((path for path in map(shutil.which, FIREFOX_NAMES) if path), None)


class Firefox:
    """A headless Firefox with one page, its profile in a folder of its own."""

    def __init__(self, path: str, folder: Path) -> None:
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in SETTINGS.items())
        (folder / "user.js").write_text("\n".join(lines))
        self._events: list[tuple[str, dict[str, Any]]] = []
        self._asked = 0
        self._process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
            start_new_session=True,
        )
        try:
            assert self._process.stderr is not None
            said = []
            for line in self._process.stderr:
                said.append(line)
                if LISTENS in line:
                    break
            else:
                raise RuntimeError(f"{path} ended before it could be driven: {''.join(said)}")
            address = line.split(LISTENS)[1].strip()
            self._socket = websocket.create_connection(
                f"{address}/session", timeout=WAIT_SECONDS, suppress_origin=True
            )
            self.ask("session.new", capabilities={})
            self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
            self._context = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self._end()
            raise

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command, and give its result; events that come before it are kept."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv())
            if told["type"] == "event":
                self._events.append((told["method"], told["params"]))
            elif told["id"] == self._asked:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['error']}: {told['message']}")
                return told["result"]

    def open(self, address: str, width: int = 1200, height: int = 900) -> None:
        """Load a page."""
        size = {"width": width, "height": height}
        self.ask("browsingContext.setViewport", context=self._context, viewport=size)
        self.ask("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Give the value of an expression, as JSON can hold it; a promise is awaited."""
        given = self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        if given["type"] == "exception":
            raise RuntimeError(given["exceptionDetails"]["text"])
        return json.loads(given["result"]["value"])

    def wait(self, condition: str) -> None:
        """Wait until an expression is true; it is asked before every frame that is painted."""
        self.evaluate(
            "new Promise((done) => {"
            f"const look = () => ({condition}) ? done() : requestAnimationFrame(look); look() }})"
        )

    def drag(self, points: Sequence[tuple[float, float]]) -> None:
        """Press the mouse at the first of these points of the view, move it, and let it go at the last."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in points]
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        mouse = {"type": "pointer", "id": "mouse", "actions": [moves[0], press, *moves[1:], release]}
        self.ask("input.performActions", context=self._context, actions=[mouse])

    def told(self, method: str) -> list[dict[str, Any]]:
        """Give what the browser told without being asked."""
        return [parameters for name, parameters in self._events if name == method]

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._end()

    def _end(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)  # its processes are its own group; the profile goes too
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
