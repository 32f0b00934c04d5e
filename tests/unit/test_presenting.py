"""What a person sees of a query: titles, labels and names; and never less than was answered when it is unknown."""

from typing import Any

import pytest

from events.codes import code_lists
from services.console.presenting import Presentation
from services.projections.queries import queries

DESCRIBED = {each["name"]: each for each in queries()}


def presented(name: str, lang: str = "zh") -> Presentation:
    return Presentation(DESCRIBED[name], lang)


def test_codes_are_shown_by_their_labels_and_units_by_name():
    shown = presented("referral_ledger")
    assert shown.cell("status", "in_handling") == "办理中"
    assert shown.cell("unit", "u08") == "u08 市教育局"
    assert shown.title("due_report") == "办结期限"
    assert presented("referral_ledger", "en").cell("status", "in_handling") == "In handling"


@pytest.mark.parametrize("value", ["", "no such code", None, 7, True])
def test_what_no_list_knows_is_shown_as_it_is(value: Any):
    assert presented("referral_ledger").cell("status", value) == (value if value is None else str(value))


def test_a_versioned_fact_is_shown_by_its_name():
    assert presented("case_history").cell("type", "ReferralSigned.v1") == presented("case_history").cell(
        "type", "ReferralSigned"
    )


def test_a_terminal_gets_the_columns_chosen_for_it_and_wide_gets_all():
    columns = [each["name"] for each in DESCRIBED["referral_ledger"]["columns"]]
    shown = presented("referral_ledger")
    assert shown.columns(columns, wide=False) == DESCRIBED["referral_ledger"]["glance"]
    assert shown.columns(columns, wide=True) == columns


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_every_list_that_a_column_names_exists(name: str):
    assert {each["list"] for each in DESCRIBED[name]["columns"]} - {None} <= set(code_lists())


def test_a_rate_is_shown_in_per_cent():
    assert presented("unit_scorecard").cell("on_time_rate", 0.789) == "78.9%"
