"""What is wrong on purpose: processes killed, rivals, input that nobody should send."""

from collections.abc import Iterator

import pytest

from tests.support.asynchronous import pytest_pyfunc_call as pytest_pyfunc_call
from tests.support.running import Running, running


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One stack for every test that leaves it running."""
    with running(tmp_path_factory.mktemp("faults") / "data") as stack:
        yield stack
