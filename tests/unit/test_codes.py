"""The code lists are whole, unambiguous and readable in both languages."""

import re
from datetime import date
from typing import get_args

import pytest

from events.codes import CodeList, Entry, code_list, code_lists, folded
from events.commit import AnyFact
from services.intake.case import DEFAULT_ASKS
from services.referral import supervision
from services.referral.referral import LADDER
from services.referral.referral_history import (
    AMENDED,
    CALENDAR,
    ENDED,
    EXTENSION,
    HOLD,
    JOINED,
    OPEN,
    RELEASED,
    REPORTED,
    SENT_BACK,
)

NEEDED = {
    "region", "category", "age_band", "channel", "caller_role", "contact_type", "urgency", "disposition",
    "non_acceptance_ground", "referral_result", "return_ground", "supervision_ground", "closure_code", "sector",
    "sex", "heard_from", "confidentiality", "measure", "ask", "outcome", "report_method", "screen_situation",
    "sent_back_reason", "view_purpose", "sign_method", "serve_method", "relation", "right", "protection_domain",
    "referral_state", "level", "colour", "extension_reason", "hold_ground", "revoke_reason", "entry_method",
}  # fmt: skip


def test_every_list_that_the_design_names_is_there():
    assert set(code_lists()) >= NEEDED


@pytest.mark.parametrize("name", code_lists())
def test_a_list_is_readable_in_both_languages_and_its_codes_are_safe(name):
    entries = list(code_list(name))
    assert entries
    for entry in entries:
        assert re.match(r"\A[0-9A-Za-z][0-9A-Za-z_-]{0,31}\Z", entry.code)
        assert re.search(r"[\u4e00-\u9fff]", entry.zh), entry
        assert entry.en.isascii() and entry.en.strip() == entry.en != "", entry
        assert all(isinstance(value, str) and value for value in entry.extra.values()), entry
    assert code_list(name).source


@pytest.mark.parametrize("name", code_lists())
def test_no_code_and_no_label_of_a_list_stands_twice(name):
    entries = list(code_list(name))
    for texts in ([e.code for e in entries], [folded(e.zh) for e in entries], [folded(e.en) for e in entries]):
        assert len(set(texts)) == len(entries)


def test_a_list_in_which_one_name_means_two_things_is_refused():
    one, two = Entry(code="a", zh="甲", en="one"), Entry(code="b", zh="乙", en="two", aliases=("甲",))
    with pytest.raises(ValueError, match="stands for two codes"):
        CodeList("broken", "坏表", "broken", "1", "-", (one, two))


@pytest.mark.parametrize("name", code_lists())
def test_successors_lead_to_a_code_that_is_given_today(name):
    codes = code_list(name)
    for entry in codes:
        assert codes.get(codes.current(entry.code)).valid_to is None
        assert (entry.valid_to is None) == (entry.successor is None)


def test_a_code_is_found_by_itself_its_labels_or_an_alias_as_people_type_them():
    categories = code_list("category")
    for text in ("05", " \uff10\uff15 ", "受教育权", "失学", "right to EDUCATION"):
        assert categories.find(text).code == "05", text
    assert categories.find("没有这一类") is None
    assert code_list("age_band").find("18+").code == "18plus"
    assert categories.zh("05") == "受教育权" and categories.en("05") == "Right to education"


def test_an_unknown_code_is_shown_as_it_is():
    assert code_list("category").zh("77") == code_list("category").en("77") == "77"
    assert "77" not in code_list("category") and code_list("category").get("77") is None


@pytest.mark.parametrize("name", ["no_such_list", "../codes/region", "", "region.toml"])
def test_a_list_that_is_not_there_is_an_error(name):
    with pytest.raises(LookupError):
        code_list(name)


def test_a_region_is_valid_in_its_time_and_has_a_successor():
    regions = code_list("region")
    county, city = regions.get("231024"), regions.get("231086")
    assert county.valid_on(date(2014, 6, 1)) and not county.valid_on(date(2016, 1, 1))
    assert city.valid_on(date(2016, 1, 1)) and not city.valid_on(date(2014, 6, 1))
    assert regions.current("231024") == regions.current("231086") == "231086"


def test_on_any_day_there_are_six_counties():
    for day in (date(2004, 1, 12), date(2015, 12, 31), date(2016, 1, 1), date(2026, 1, 12)):
        assert sum(entry.group == "county" and entry.valid_on(day) for entry in code_list("region")) == 6


def test_every_region_leads_up_to_the_city():
    regions = code_list("region")
    for entry in regions:
        above: Entry | None = entry
        while above is not None and above.code != "231000":
            above = regions.get(above.extra["parent"])
        assert above is not None


def test_the_disposition_groups_are_those_that_the_register_counts():
    groups = {entry.code: entry.group for entry in code_list("disposition")}
    assert groups == {
        "A1": "answered", "A2": "answered", "B1": "referred", "C1": "coordinated", "D1": "not_accepted",
        "E1": "emergency", "F1": "informed", "G1": "merged", "H1": "non_substantive",
    }  # fmt: skip


def test_the_report_s_eight_sectors_have_modern_successors():
    posts = [entry for entry in code_list("sector") if entry.extra.get("post")]
    assert [entry.zh for entry in posts] == [
        "公安", "检察", "法院", "司法行政", "工商", "技术监督", "文化", "劳动和社会保障",
    ]  # fmt: skip
    assert code_list("sector").current("industry_commerce") == code_list("sector").current("quality") == "market"


def test_every_fact_can_be_read_aloud():
    names = {fact.__name__ for fact in get_args(AnyFact)}
    assert {entry.code for entry in code_list("fact")} == names


def test_the_deciders_speak_in_codes_of_the_lists():
    assert set(DEFAULT_ASKS) <= {entry.code for entry in code_list("ask")}
    assert {"remind", *LADDER} == {entry.code for entry in code_list("threshold")}
    assert {JOINED, REPORTED, SENT_BACK, RELEASED} == {entry.code for entry in code_list("co_step")}
    assert {EXTENSION, HOLD, CALENDAR, AMENDED} == {entry.code for entry in code_list("due_cause")}
    assert {*OPEN, *ENDED, "verified"} <= {entry.code for entry in code_list("referral_state")}
    assert {str(each.level) for each in supervision.levels()} == {entry.code for entry in code_list("level")}
    for level in supervision.levels():
        assert all(demand in code_list("demand") for demand in level.demands) and level.served_to in code_list(
            "served_to"
        )
        assert level.form is None or level.form in code_list("supervision_form")
    assert {each.rule.kind for each in supervision.authorities().values()} == {
        e.code for e in code_list("authority_kind")
    }


def test_categories_point_into_the_lists_of_their_axes():
    for entry in code_list("category"):
        if entry.code not in ("90", "99"):
            assert entry.extra["right"] in code_list("right")
            assert entry.extra["domain"] in code_list("protection_domain")
