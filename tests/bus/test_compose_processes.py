"""No container engine is at hand: the commands and health checks of compose.yaml run here as processes, in its order."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_compose import SERVICES

HEALTHY_WITHIN_SECONDS = 40
STOPS_WITHIN_SECONDS = 20
LASTING = ("intake", "referral", "meeting", "publication", "projections")


class Containers:
    """Each part of compose.yaml as a process on one data folder, with its own environment and nothing else changed."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        _, *words = SERVICES[name]["command"]
        command = [sys.executable, "-m", "services.console.main", *map(self._here, words)]
        with (self._data / f"{name}.out").open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, env=self._environment(name))
        self.processes[name] = process
        return process

    def healthy(self, name: str) -> None:
        """Wait until the part's own health check passes, as `service_healthy` does."""
        _, _, flag, script = SERVICES[name]["healthcheck"]["test"]
        end = time.monotonic() + HEALTHY_WITHIN_SECONDS
        while time.monotonic() < end:
            assert self.processes[name].poll() is None, self.output(name)
            check = subprocess.run(
                [sys.executable, flag, script], env=self._environment(name), capture_output=True, check=False
            )
            if check.returncode == 0:
                return
        pytest.fail(f"{name} did not become healthy: {self.output(name)}")

    def output(self, name: str) -> str:
        return (self._data / f"{name}.out").read_text("utf-8", "replace")

    def _here(self, word: str) -> str:
        """What a container has of its own, on this machine: the volume, its network, its port, its host name."""
        if word.startswith("nats://broker:"):
            client: str = json.loads((self._data / "endpoint.json").read_text())["client"]
            return client
        return {"/data": str(self._data), "0.0.0.0": "127.0.0.1", "4222": "-1"}.get(word, word)

    def _environment(self, name: str) -> dict[str, str]:
        given: dict[str, Any] = SERVICES[name].get("environment", {})
        return os.environ | {key: self._here(str(value)) for key, value in given.items()}


@pytest.fixture
def containers(tmp_path: Path) -> Iterator[Containers]:
    containers = Containers(tmp_path)
    yield containers
    for process in containers.processes.values():
        process.kill()
        process.wait()


def test_the_containers_commands_come_up_in_order_and_stop_cleanly(containers: Containers) -> None:
    containers.start("broker")
    containers.healthy("broker")
    assert containers.start("provision").wait(HEALTHY_WITHIN_SECONDS) == 0, containers.output("provision")
    for name in LASTING:
        containers.start(name)
    for name in LASTING:
        containers.healthy(name)
    for name in (*LASTING, "broker"):
        containers.processes[name].terminate()
        assert containers.processes[name].wait(STOPS_WITHIN_SECONDS) == 0, containers.output(name)


def test_provisioning_twice_changes_nothing_and_ends_well(containers: Containers) -> None:
    containers.start("broker")
    containers.healthy("broker")
    for _ in range(2):
        assert containers.start("provision").wait(HEALTHY_WITHIN_SECONDS) == 0, containers.output("provision")
