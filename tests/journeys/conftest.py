"""One stack for all journeys, on the real clock: each journey uses numbers of its own."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.running import Running, running

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
