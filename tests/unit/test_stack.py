"""The stack looks after its parts, and knows when to give up."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from services.console import stack as module
from services.console.stack import Stack

BOUND_SECONDS = 20.0


def dead() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    process.wait()
    return process


def test_a_part_that_cannot_live_is_not_started_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTARTS_MAX", 3)
    stack = Stack(tmp_path)
    started = []

    def spawn(name: str) -> "subprocess.Popen[bytes]":
        started.append(name)
        return dead()

    monkeypatch.setattr(stack, "_spawn", spawn)
    stack._services["deciders"] = dead()

    async def watched() -> None:
        stack._watch = asyncio.create_task(stack._keep_alive())
        await asyncio.wait_for(stack.given_up(), BOUND_SECONDS)
        await stack.stop()

    asyncio.run(watched())
    assert started == ["deciders"] * 3
