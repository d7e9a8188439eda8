"""The state directory, and the processes that belong to it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

# What is kept in a file of the state directory.
Json = dict[str, Any]


class Failure(Exception):
    """Something a person has to know; its text says what to do."""


class State:
    """One state directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()

    @classmethod
    def from_environment(cls) -> "State":
        return cls(ROOT / os.environ.get("LOCAL_DIR", "target/local"))

    def path(self, name: str) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        return self.directory / name

    def read(self, name: str) -> Json | None:
        try:
            value: Json = json.loads((self.directory / name).read_text())
        except FileNotFoundError:
            return None
        return value

    def write(self, name: str, value: Json) -> None:
        """Replaces the file as a whole: whoever waits for it never sees half of it."""
        path = self.path(name)
        unfinished = path.with_name(f"{name}.{os.getpid()}")
        # The files hold secrets of simulators, which are secrets nevertheless.
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(value, indent=2) + "\n")
        unfinished.replace(path)

    def remove(self, *names: str) -> None:
        for name in names:
            path = self.directory / name
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def remove_if_empty(self) -> None:
        """Removes the directory unless somebody keeps something else in it."""
        if self.directory.is_dir() and not any(self.directory.iterdir()):
            self.directory.rmdir()

    def discard(self) -> None:
        """Removes the directory with all that is in it; for one that we made ourselves."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, name: str, command: list[str], environment: dict[str, str] | None = None, **facts: str) -> Json:
        """Starts a process that outlives us and remembers it under `name`, with these facts.

        It gets a process group of its own, so that what it starts can be ended with it.
        """
        with self.path(f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        record = {"pid": process.pid, "started": started(process.pid), **facts}
        self.write(f"{name}.process.json", record)
        return record

    def running(self, name: str) -> Json | None:
        """What was remembered about a process, if it still runs."""
        record = self.read(f"{name}.process.json")
        if record and record["started"] is not None and started(record["pid"]) == record["started"]:
            return record
        return None

    def stop(self, name: str) -> bool:
        """Ends a process and all it started; false if it was not running."""
        record = self.running(name)
        if record:
            end_group(record["pid"])
        self.remove(f"{name}.process.json")
        return record is not None

    def last_lines(self, name: str) -> str:
        try:
            lines = (self.directory / f"{name}.log").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join(lines[-15:])


def started(pid: int) -> str | None:
    """When a process started, in ticks since the machine did; None if it is gone.

    With it a process id names one process for good: the system gives the number away again.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]


def end_group(leader: int) -> None:
    """Ends a process group: asks first, insists after five seconds."""
    for ask, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(leader, ask)
        except ProcessLookupError:
            return
        if wait_for(lambda: not group_lives(leader), patience):
            return


def group_lives(leader: int) -> bool:
    # Collects the leader if it is our child; a zombie would count as living.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(leader, os.WNOHANG)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z" and int(fields[2]) == leader:
            return True
    return False


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
