"""The whole stack as one thing: broker, provisioning and services, started together and stopped together."""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import IO

import psutil

from services.broker import Broker, BrokerFailed, provision

# Name of a process -> the services in it. Together they stay under 300 MB (docs/decisions/0007).
PROCESSES = {"deciders": ("intake", "referral", "meeting", "publication"), "projections": ("projections",)}
# One memory arena a process: threads of their own arenas would keep what they freed.
MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}
READY_WITHIN_SECONDS = 30.0
STOP_WITHIN_SECONDS = 15.0
# A part that dies is started again, but one that cannot live is not restarted for ever.
RESTARTS_MAX, RESTARTS_WITHIN_SECONDS = 20, 600.0
# After kill -9 of a supervisor its services look for it every half second, and end what they are at.
ORPHANS_WITHIN_SECONDS = 30.0

log = logging.getLogger("lianxi.stack")


class Held(Exception):
    """Another stack runs on this folder. `holder` says which."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class StackFailed(Exception):
    """A part did not come up; the message names it and where its log is."""


def announce(data: Path, broker: Broker) -> None:
    """Write where the broker of this folder is to be found."""
    endpoint = {"client": broker.client_url, "monitoring": broker.monitoring_url}
    (data / "endpoint.json").write_text(json.dumps(endpoint))


class Stack:
    """One running stack on one data folder. `simulated` and `seed` hold for the folder's whole life."""

    def __init__(self, data: Path, simulated: bool = False, seed: int | None = None) -> None:
        self.data = data
        self._settings = {"simulated": simulated, "seed": seed}
        self._broker: Broker | None = None
        self._services: dict[str, subprocess.Popen[bytes]] = {}
        self._lock: IO[str] | None = None
        self._watch: asyncio.Task[None] | None = None
        self.restarts = 0

    @property
    def client_url(self) -> str:
        assert self._broker is not None
        return self._broker.client_url

    @property
    def monitoring_url(self) -> str:
        assert self._broker is not None
        return self._broker.monitoring_url

    @property
    def pids(self) -> dict[str, int]:
        """The processes of this stack, the broker among them."""
        pids = {name: process.pid for name, process in self._services.items()}
        return pids | ({"broker": self._broker.pid} if self._broker else {})

    async def start(self) -> None:
        """Bring everything up and return when it answers. Raises Held, StackFailed."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._lock = await asyncio.to_thread(self._held)
        try:
            self._settle()
            self._broker = Broker(self.data, keep=(self._lock.fileno(),))
            await asyncio.to_thread(self._broker.start)
            announce(self.data, self._broker)
            await provision(self.data)
            for name in PROCESSES:
                self._services[name] = self._spawn(name)
            await asyncio.gather(*(self._ready(name) for name in PROCESSES))
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._keep_alive())

    async def stop(self) -> None:
        """Stop the services, then the broker. Safe to call twice."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        for process in self._services.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._services.values():
            try:
                await asyncio.to_thread(process.wait, STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)
        self._services.clear()
        if self._broker is not None:
            await asyncio.to_thread(self._broker.stop)
            self._broker = None
        (self.data / "endpoint.json").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _held(self) -> IO[str]:
        """The folder's lock. Broker and services hold it too: two brokers on one store would damage the ledger.

        When a supervisor was killed, its processes are on their way out: they are waited for. Raises Held.
        """
        lock = (self.data / "lock").open("a+")
        end = time.monotonic() + ORPHANS_WITHIN_SECONDS
        while not _locked(lock):
            lock.seek(0)
            holder = lock.read().strip()
            if _alive(holder) or time.monotonic() > end:
                lock.close()
                raise Held(holder)
            time.sleep(0.1)
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def _settle(self) -> None:
        """The clock of a ledger is chosen once: a real one never becomes a simulated one, nor the other way round."""
        path = self.data / "settings.json"
        if not path.exists():
            path.write_text(json.dumps(self._settings))
        elif json.loads(path.read_text()) != self._settings and self._settings["simulated"]:
            raise StackFailed("this folder's ledger was not begun under this simulated clock; take another folder")

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        logs = self.data / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "services.console.main", "--data", str(self.data), "serve", *PROCESSES[name]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C reaches the supervisor alone, which stops the services in order.
                start_new_session=True,
                pass_fds=(self._lock.fileno(),) if self._lock else (),
                env=os.environ | MEMORY | {"LIANXI_PARENT": str(os.getpid())},
            )

    async def _ready(self, name: str) -> None:
        process = self._services[name]
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(asyncio.to_thread(process.stdout.readline), READY_WITHIN_SECONDS)
        except TimeoutError:
            line = b""
        if b"ready" not in line:
            process.kill()
            raise StackFailed(f"{name} did not start; see {self.data / 'logs' / name}.log")

    async def _keep_alive(self) -> None:
        """Start again what died: the broker with the ports it had, then the services. Ends when it gives up."""
        lately: deque[float] = deque(maxlen=RESTARTS_MAX)
        while len(lately) < RESTARTS_MAX or time.monotonic() - lately[0] > RESTARTS_WITHIN_SECONDS:
            await asyncio.sleep(0.2)
            for name in self._dead():
                self.restarts += 1
                lately.append(time.monotonic())
                log.warning("%s ended and is started again", name)
                try:
                    await self._again(name)
                except (StackFailed, BrokerFailed, OSError) as error:
                    # Whatever it needs may be dead as well: the next round sees to both.
                    log.warning("%s did not start again: %s", name, type(error).__name__)
                    break
        log.error("the stack gives up after %s restarts; see %s", RESTARTS_MAX, self.data / "logs")

    def _dead(self) -> list[str]:
        broker = ["broker"] if self._broker is not None and not self._broker.running else []
        return broker + [name for name, process in self._services.items() if process.poll() is not None]

    async def _again(self, name: str) -> None:
        if name == "broker":
            assert self._broker is not None
            await asyncio.to_thread(self._broker.start)
            announce(self.data, self._broker)
        else:
            self._services[name] = self._spawn(name)
            await self._ready(name)

    async def given_up(self) -> None:
        """Return when something died so often that it is not started again."""
        if self._watch is not None:
            await asyncio.wait({self._watch})


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _alive(pid: str) -> bool:
    return pid.isdigit() and psutil.pid_exists(int(pid))
