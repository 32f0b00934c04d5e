"""One stack for all journeys, on the real clock: each journey uses numbers of its own. And three demos, played at once."""

import hashlib
import itertools
import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.support.running import PROGRAM, Running, environment, running

WITHIN_SECONDS = 240
# As another machine would: elsewhere on earth, in no language, with another order of hashes.
ELSEWHERE = {"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("journeys") / "数据 data") as stack:
        yield stack


@pytest.fixture
def number() -> Callable[[], str]:
    """A register number that no other journey has."""
    return lambda: f"J-{next(_numbers):05}"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


class Town(Struct, frozen=True):
    """One played demo: its folder, its summary, and the digest of every file that must not depend on the machine."""

    out: Path
    summary: dict[str, Any]
    documents: dict[str, str]


def played(out: Path, seed: int, elsewhere: dict[str, str]) -> Town:
    done = subprocess.run(
        [*PROGRAM, "demo", "--out", str(out), "--seed", str(seed)],
        capture_output=True,
        timeout=WITHIN_SECONDS,
        check=False,
        cwd=out.parent,
        env=environment() | elsewhere,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return Town(out, json.loads((out / "summary.json").read_text("utf-8")), digests(out))


def digests(out: Path) -> dict[str, str]:
    """Every file beside the data folder and the summary, which tells its own seconds; name -> digest."""
    kept = (path for path in out.rglob("*") if path.is_file() and path.suffix in (".docx", ".html", ".json", ".ndjson"))
    own = (path for path in kept if "data" not in path.relative_to(out).parts and path.name != "summary.json")
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in own}


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Town]:
    folder = tmp_path_factory.mktemp("demo")
    seeds = {"first": 11, "again": 11, "other": 12}
    # At the same time, each on a stack of its own: what a busy machine changes about a demo would show here.
    with ThreadPoolExecutor(len(seeds)) as pool:
        found = pool.map(lambda name: played(folder / name, seeds[name], ELSEWHERE if name == "again" else {}), seeds)
        return dict(zip(seeds, found, strict=True))
