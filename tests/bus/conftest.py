"""Fixtures of the tests that need a real broker."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from events import subjects
from tests.support.asynchronous import pytest_pyfunc_call as pytest_pyfunc_call
from tests.support.brokers import Bus, cluster, single


@pytest.fixture(scope="session")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """One provisioned server for many tests: each uses aggregates of its own, and none damages the ledger."""
    with single(tmp_path_factory.mktemp("one")) as bus:
        yield bus


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Three provisioned servers, likewise."""
    with cluster(tmp_path_factory.mktemp("three")) as bus:
        yield bus


@pytest.fixture(params=["one", "three"])
def bus(request: pytest.FixtureRequest) -> Any:
    """Whatever the ledger promises, it promises on one server and on three."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bus]:
    """A server for one test alone, which may break it."""
    with single(tmp_path) as bus:
        yield bus


@pytest.fixture
def subject() -> str:
    """An aggregate that no other test knows."""
    return subjects.series(f"s{secrets.token_hex(8)}")


@pytest.fixture
def another() -> str:
    return subjects.series(f"s{secrets.token_hex(8)}")
