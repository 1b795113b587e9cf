"""A PostgreSQL server of its own, in a temporary folder, reached through a socket in it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.patience import WAIT_SECONDS


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


class Cluster:
    """A server that can be stopped and started; root runs it as another user, since it refuses root."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder
        self.folder = tempfile.mkdtemp(prefix="sefa-pg-", dir="/tmp")  # a short path: it holds a socket
        self.user = None
        if os.geteuid() == 0:
            import pwd  # not on Windows

            known = {entry.pw_name for entry in pwd.getpwall()}
            self.user = "postgres" if "postgres" in known else "nobody"
            shutil.chown(self.folder, self.user)
        self.data = f"{self.folder}/data"
        self._run("initdb", "-D", self.data, "-U", "teacher", "-A", "trust", "-E", "UTF8", "--locale=C")

    @property
    def url(self) -> str:
        return f"postgresql://teacher@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self.folder} -c max_connections=60"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        if Path(self.data, "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, timeout=WAIT_SECONDS, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "LC_ALL": "C", "HOME": self.folder},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
