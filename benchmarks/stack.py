"""What the benchmarks share: a stack of their own, rows of a register, and a table."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

PROGRAM = [sys.executable, "-m", "services.console.main"]


@contextmanager
def up(data: Path) -> Iterator[str]:
    """`lianxi up` on a folder until the block ends; its ready line."""
    process = subprocess.Popen([*PROGRAM, "--data", str(data), "up", "--json"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def disk_sync_rate(folder: Path, seconds: float = 1.0) -> float:
    """Small writes a second that this disk makes durable one after another: what one sender alone can never exceed."""
    import time

    path, count, end = folder / "sync", 0, time.perf_counter() + seconds
    with path.open("wb") as file:
        while time.perf_counter() < end:
            file.write(b"x" * 1024)
            file.flush()
            os.fsync(file.fileno())
            count += 1
    path.unlink()
    return count / seconds


def show(title: str, rows: list[tuple[str, float, str, float]]) -> None:
    """One row each: what, a second, against what, how many times that."""
    table = Table(title=title)
    for column in ("what", "per second", "against", "ratio"):
        table.add_column(column, justify="left" if column in ("what", "against") else "right")
    for what, rate, against, limit in rows:
        table.add_row(what, f"{rate:,.0f}", f"{against} ({limit:,.0f}/s)", f"{rate / limit:.2f}")
    Console(width=120).print(table)
