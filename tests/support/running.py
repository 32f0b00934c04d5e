"""`lianxi up` as a process, and the program beside it as people run it: by its command line, its exit codes, its words."""

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
from msgspec import Struct

from services.broker import OFFICE_API, connect
from services.bus.client import Client
from services.ledger import Ledger, Stored

PROGRAM = [sys.executable, "-m", "services.console.main"]
ROOT = Path(__file__).parents[2]
UP_WITHIN_SECONDS = 40
ANSWERS_WITHIN_SECONDS = 60
STOPS_WITHIN_SECONDS = 40
SOON_SECONDS = 30.0
PAUSE_SECONDS = 0.05
# Enough of a command line to know a process of the stack by.
PARTS = {"broker": "nats-server", "deciders": "serve intake referral meeting", "projections": "serve projections"}
T = TypeVar("T")


class Said(Struct, frozen=True):
    """What one command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """No LIANXI_… of whoever runs the tests; a UTF-8 terminal, as every Linux has."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("LIANXI_")}
    return own | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | more


def lianxi(
    data: Path, *words: object, status: int = 0, given: bytes | None = None, cwd: Path | None = None, **more: str
) -> Said:
    """Run one command on a data folder and hold it to its exit code; no traceback ever reaches a person."""
    done = subprocess.run(
        [*PROGRAM, "--data", str(data), *map(str, words)],
        input=given or b"",
        capture_output=True,
        timeout=ANSWERS_WITHIN_SECONDS,
        check=False,
        cwd=cwd or data.parent,
        env=environment(**more),
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in out + err, err
    assert done.returncode == status, f"{words}: {done.returncode}, {out[:2000]} {err[:2000]}"
    return Said(done.returncode, out, err)


def eventually(look: Callable[[], T | None], seconds: float = SOON_SECONDS) -> T:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while (found := look()) is None or found is False:
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(PAUSE_SECONDS)
    return found


def living(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that is dead and that nobody has asked for does not."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


class Running(Struct, frozen=True):
    """A stack that `lianxi up` runs on one data folder."""

    data: Path
    process: subprocess.Popen[bytes]
    ready: dict[str, str]

    def lianxi(self, *words: object, status: int = 0, given: bytes | None = None) -> Said:
        return lianxi(self.data, *words, status=status, given=given)

    def send(self, who: str, target: str, status: int = 0, **fields: Any) -> Any:
        """One command by `lianxi send … --json --as who`; the reply."""
        body = json.dumps(fields).encode()
        return self.lianxi("send", target, "-", "--as", who, "--json", status=status, given=body).json

    def rows(self, *words: object) -> list[dict[str, Any]]:
        """The rows of `case show`, `referral list` and the like."""
        found: list[dict[str, Any]] = self.lianxi(*words, "--json").json["rows"]
        return found

    def eventually_done(self, *words: object, given: bytes | None = None) -> Said:
        """A command sent again until the stack can answer it, as its sender may."""

        def done() -> Said | None:
            said = self.lianxi_maybe(*words, given=given)
            return said if said.status == 0 else None

        return eventually(done)

    def until(self, *words: object) -> dict[str, Any]:
        """The first row that a command finds, once the read models have it."""

        def look() -> dict[str, Any] | None:
            said = self.lianxi_maybe(*words)
            return said.json["rows"][0] if said.status == 0 and said.json["rows"] else None

        return eventually(look)

    def lianxi_maybe(self, *words: object, given: bytes | None = None) -> Said:
        """Like `lianxi … --json`, when not found is an answer too."""
        command = [*PROGRAM, "--data", str(self.data), *map(str, words), "--json"]
        done = subprocess.run(
            command,
            input=given or b"",
            capture_output=True,
            timeout=ANSWERS_WITHIN_SECONDS,
            check=False,
            env=environment(),
        )
        assert done.returncode in (0, 3, 4), done.stderr.decode()
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def pid(self, part: str) -> int | None:
        """The process of one part of the stack while it lives."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if PARTS[part] in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                    return child.pid
            except psutil.NoSuchProcess:
                continue
        return None

    def kill(self, part: str) -> int:
        """kill -9 one part; its pid."""
        pid = eventually(lambda: self.pid(part))
        os.kill(pid, signal.SIGKILL)
        return pid

    async def killed_and_back(self, part: str) -> None:
        """Kill one part with -9 and return when the stack has started another one."""
        gone = await asyncio.to_thread(self.kill, part)
        await asyncio.to_thread(self.another, part, gone)

    def another(self, part: str, gone: int) -> int:
        """The process that the stack has started in the place of one that is gone."""
        return eventually(lambda: pid if (pid := self.pid(part)) != gone else None)

    @asynccontextmanager
    async def client(self, principal: str) -> AsyncIterator[Client]:
        connection = await connect(self.data, principal)
        try:
            yield Client(connection, principal)
        finally:
            await connection.close()

    async def commits(self) -> list[Stored]:
        """The whole ledger as an auditor reads it."""
        connection = await connect(self.data, "auditor")
        try:
            return [each async for batch in Ledger(connection, OFFICE_API).read() for each in batch]
        finally:
            await connection.close()


@contextmanager
def running(data: Path, *options: str) -> Iterator[Running]:
    """`lianxi up --json` from its ready line to its clean end."""
    with (data.parent / f"{data.name}.up.err").open("wb") as errors:
        process = subprocess.Popen(
            [*PROGRAM, "--data", str(data), "up", "--json", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(),
        )
    try:
        guard = threading.Timer(UP_WITHIN_SECONDS, process.kill)
        guard.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        guard.cancel()
        assert line, (data.parent / f"{data.name}.up.err").read_text("utf-8")
        yield Running(data, process, json.loads(line))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Background:
    """A command that goes on, `listen` for one: its lines in a queue, so that every wait has a bound."""

    def __init__(self, data: Path, *words: object) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "--data", str(data), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def line(self) -> Any:
        """The next line, decoded."""
        return json.loads(self._lines.get(timeout=SOON_SECONDS))

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
