"""督办销号单: what was demanded, what was answered, how long it took, and room for three signatures."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.projections.documents import Document, discharge_slip, write
from services.projections.documents.dates import BLANK
from services.projections.documents.discharge_slip import days_taken
from tests.support.papers import HOSTILE, ORIGIN, assert_finished, chinese, empty_row, texts, words

# 2026-03-16 is a Monday; every Monday to Friday of that month works.
WORKDAYS = frozenset(day for n in range(31) if (day := date(2026, 3, 1) + timedelta(days=n)).weekday() < 5)


def row(**more: Any) -> dict[str, Any]:
    """A notice that was answered after one reply was sent back, and discharged."""
    return empty_row("supervision_ledger") | {
        "notice": "N" * 26,
        "doc_no": "青督〔2026〕2号",
        "level": 2,
        "grounds": ["report_overdue"],
        "demands": ["report_back", "explain_delay"],
        "unit": "u08",
        "referral_no": "青转〔2026〕7号",
        "matter_zh": "阳明区青少年“受教育权”事项",
        "matter_en": "Right to education, Yangming District",
        "drafted": "2026-03-13T09:00:00+08:00",
        "signed_off": "2026-03-13T10:00:00+08:00",
        "authority_basis": "联席会议制度（示例）第6条",
        "served": "2026-03-16T10:00:00+08:00",
        "replied": "2026-03-20T09:00:00+08:00",
        "reply_result": "solved",
        "reply_measures": ["mediated", "visited_school"],
        "reply_late": True,
        "reply_due": "2026-03-19T23:59:59+08:00",
        "times_sent_back": 1,
        "discharged": "2026-03-23T09:00:00+08:00",
        "discharge_reason": "reply_accepted",
        "status": "discharged",
        **more,
    }  # fmt: skip


def slip(lang: str = "zh", **more: Any) -> Document:
    unit = "Education Bureau" if lang == "en" else "市教育局"
    return discharge_slip(row(**more), unit, WORKDAYS, ORIGIN, lang)


SHAPES: list[dict[str, Any]] = [
    {},
    {"level": 4, "form": "talk"},
    {"reply_result": None, "reply_measures": None, "replied": None, "discharge_reason": "referral_ended"},
    {"served": None, "doc_no": None, "authority_basis": None, "reply_due": None, "discharge_reason": "superseded"},
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("more", SHAPES)
def test_every_slip_is_finished(more: dict[str, Any], lang: str) -> None:
    assert_finished(slip(lang, **more))


def test_it_holds_the_notice_the_answer_and_the_end() -> None:
    said = words(slip())
    for part in (
        *("青督〔2026〕2号", "市教育局", "逾期未办结反馈", "反馈结果；说明逾期原因", "联席会议制度（示例）第6条"),
        *(
            ["调解", "入户走访"][0],
            "到校走访",
            "已解决（退回1次）",
            "2026年3月20日（逾期）",
            "回执通过",
            "2026年3月23日",
        ),
    ):
        assert part in said, part


@pytest.mark.parametrize(
    ("more", "days"),
    [
        ({}, 5),
        ({"discharged": "2026-03-16T23:00:00+08:00"}, 0),
        ({"discharged": "2026-03-21T09:00:00+08:00"}, 4),
        ({"served": None}, 6),
    ],
    ids=["Monday to Monday", "the same day", "to a Saturday", "never served: from the draft on Friday"],
)
def test_it_counts_the_working_days_after_service_to_the_discharge(more: dict[str, Any], days: int) -> None:
    assert days_taken(row(**more), WORKDAYS) == days
    assert f"{days}个工作日" in words(slip(**more))


def test_three_hands_sign_and_date_it() -> None:
    found = texts(slip())
    assert sum("签字" in text for text in found) == 3 == found.count(BLANK)
    assert found.count("　　　　年　　月　　日") == 3


def test_what_is_not_discharged_has_no_slip() -> None:
    with pytest.raises(ValueError, match="discharged"):
        slip(discharged=None)


def test_in_english_it_holds_no_chinese() -> None:
    english = slip("en", doc_no="2", referral_no="7")
    assert chinese(english) == "" and "(example), article 6" in words(english)


def test_no_place_below_the_county_is_named() -> None:
    document = slip(matter_zh="阳明区铁岭镇青少年事项")
    assert "铁岭" not in words(document) + str(document.model) and "阳明区青少年事项" in words(document)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(text: str, tmp_path: Any) -> None:
    assert write(slip(matter_zh=text, authority_basis=text), tmp_path, "slip")[0].stat().st_size > 1000
