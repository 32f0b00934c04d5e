"""The nats-server process of the wheel: written configuration, bounded start, clean stop, the same ports again."""

import ctypes
import json
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from services.broker.configuration import Node, server_text, units_text
from services.broker.credentials import make_credentials
from services.broker.durability import healthy

START_WITHIN_SECONDS = 20.0
STOP_WITHIN_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1


class BrokerFailed(Exception):
    """The server did not start; the message says where its log is."""


def binary() -> Path:
    """The nats-server program that the wheel installed."""
    return Path(sysconfig.get_path("scripts")) / "nats-server"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Broker:
    """One embedded server on one data folder. Ports that were free once are asked for again at the next start."""

    def __init__(
        self,
        data: Path,
        *,
        host: str = "127.0.0.1",
        port: int = -1,
        monitoring_port: int = -1,
        name: str = "lianxi",
        cluster: tuple[int, tuple[str, ...]] | None = None,
        sync: str = "always",
        folder: Path | None = None,
        keep: tuple[int, ...] = (),
    ) -> None:
        """`keep`: open files that the server keeps open for as long as it lives, such as the lock of its folder."""
        self._keep = keep
        self._data = data.absolute()
        self._folder = (folder or data / "broker").absolute()
        self._asked = Node(
            folder=self._folder,
            host=host,
            port=port,
            monitoring_port=monitoring_port,
            name=name,
            cluster=cluster,
            sync=sync,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._ports: dict[str, list[str]] = {}

    @property
    def client_url(self) -> str:
        return self._ports["nats"][0]

    @property
    def monitoring_url(self) -> str:
        return self._ports["monitoring"][0]

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, healthy: bool = True) -> None:
        """Start and wait until it is healthy (`healthy`: not for the first nodes of a cluster). Raises BrokerFailed."""
        (self._folder / "ports").mkdir(parents=True, exist_ok=True)
        self._write(self._asked_again())
        try:
            self._launch(healthy)
        except BrokerFailed:
            # Someone else may hold the ports of last time: any free ones are better than none.
            if self._asked_again() == self._asked:
                raise
            self._write(self._asked)
            self._launch(healthy)
        (self._folder / "ports.json").write_text(json.dumps(self._ports))

    def _asked_again(self) -> Node:
        try:
            last = json.loads((self._folder / "ports.json").read_text())
        except (OSError, ValueError):
            return self._asked
        port, monitoring = (int(last[kind][0].rsplit(":", 1)[1]) for kind in ("nats", "monitoring"))
        return msgspec.structs.replace(
            self._asked,
            port=port if self._asked.port == -1 else self._asked.port,
            monitoring_port=monitoring if self._asked.monitoring_port == -1 else self._asked.monitoring_port,
        )

    def _write(self, node: Node) -> None:
        credentials = make_credentials(self._data)
        for name, text in (("units.conf", units_text(credentials)), ("nats.conf", server_text(node, credentials))):
            path = self._folder / name
            path.write_text(text)
            path.chmod(0o600)

    def _launch(self, healthy: bool) -> None:
        with (self._folder / "nats.out").open("ab") as out:
            self._process = subprocess.Popen(
                [str(binary()), "-c", str(self._folder / "nats.conf")],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
                pass_fds=self._keep,
                start_new_session=True,
            )
        self._ports = self._await(self._read_ports)
        if healthy:
            self._await(self._healthy)

    def _await(self, ready: Callable[[], Any]) -> Any:
        end = time.monotonic() + START_WITHIN_SECONDS
        while time.monotonic() < end:
            if not self.running:
                break
            if (value := ready()) is not None:
                return value
            time.sleep(0.005)
        # Not kill -9: a server that is still recovering its streams may end that in order.
        self.stop()
        raise BrokerFailed(f"nats-server did not start; see {self._folder / 'nats.log'}")

    def _read_ports(self) -> dict[str, list[str]] | None:
        try:
            return dict(json.loads((self._folder / "ports" / f"nats-server_{self.pid}.ports").read_text()))
        except (OSError, ValueError):
            return None

    def _healthy(self) -> bool | None:
        return True if healthy(self.monitoring_url) else None

    def await_healthy(self) -> None:
        """Wait until every stream is recovered; of a cluster, until it has elected who leads. Raises BrokerFailed."""
        self._await(self._healthy)

    def reload(self) -> None:
        """Take the directory's units into account without disturbing anyone who is connected."""
        (self._folder / "units.conf").write_text(units_text(make_credentials(self._data)))
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Stop cleanly; safe when it does not run."""
        if self._process is None:
            return
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """kill -9, as a power cut of the process would do it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
