"""What a person sees of a query: titles, labels and names; and never less than was answered when it is unknown."""

from typing import Any

import pytest

from events.codes import code_lists
from services.console.output import written
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


@pytest.mark.parametrize(
    ("query", "column", "recorded", "english"),
    [
        ("referral_ledger", "duty_leader", "分管副局长", "Deputy director in charge"),
        ("referral_ledger", "legal_basis", ["未成年人保护法"], ["Law on the Protection of Minors"]),
        ("supervision_ledger", "signatory", "热线协调办公室", "Hotline coordination office"),
        ("resolutions", "basis", "青少年维权工作联席会议制度", "Rules of the joint meeting on youth rights"),
        ("resolutions", "title", "建立控辍保学台账", "建立控辍保学台账"),
        ("calendar", "name", "春节", "Spring Festival"),
    ],
)
def test_english_reads_a_recorded_text_where_it_is_known_and_chinese_as_it_is(
    query: str, column: str, recorded: Any, english: Any
):
    assert presented(query, "en").cell(column, recorded) == english
    assert presented(query).cell(column, recorded) == recorded


def test_english_shows_no_column_that_another_says_in_english():
    for described in DESCRIBED.values():
        columns = [each["name"] for each in described["columns"]]
        for wide in (True, False):
            shown = presented(described["name"], "en").columns(columns, wide)
            assert not [name for name in shown if name.endswith("_zh")] and len(set(shown)) == len(shown)
    assert "matter_en" in presented("referral_ledger", "en").columns(["referral", "matter_zh", "matter_en"], wide=True)
    # Without its twin it is all there is.
    assert presented("referral_ledger", "en").columns(["matter_zh"], wide=True) == ["matter_zh"]


def test_a_list_is_written_as_the_language_writes_it():
    assert written(["u01", "u02"]) == "u01、u02"
    assert written(["u01", "u02"], "en") == "u01; u02"
