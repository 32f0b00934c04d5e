"""An auditor's check knows every kind of history that the ledger can hold."""

from events.subjects import AGGREGATES
from services.console.legality import LEGAL


def test_no_kind_of_history_is_without_a_check() -> None:
    assert LEGAL.keys() == AGGREGATES.keys()
