"""Every test of a core is a test of the laws of all decisions as well."""

from collections.abc import Iterator

import pytest

from tests.support.laws import watched


@pytest.fixture(scope="module", autouse=True)
def _laws() -> Iterator[None]:
    with watched():
        yield
