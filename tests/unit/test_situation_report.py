"""情况汇报: every item of the city's own report is there, with a number that something holds, or as unrecorded. domain.md §1."""

from datetime import date
from typing import Any

import pytest

from services.projections.documents import Document, Recorded, printed, situation_report, write
from tests.support.papers import HOSTILE, ORIGIN, assert_finished, chinese, words

# The old report's own figures.
FIGURES = {
    "contacts": 114,
    "contacts.disposition.answered": 90,
    "contacts.disposition.referred": 18,
    "contacts.disposition.coordinated": 6,
    "contacts.desk.city": 100,
    "contacts.desk.ningan": 14,
    "contacts.category.05": 111,
    "contacts.category.12": 3,
    "referrals": 18,
    "referrals.signed": 18,
    "referrals.judged": 18,
    "referrals.in_time": 15,
    "cases.coordinations": 6,
    "cases.instructions": 1,
    "cases.monthly_yuan": 200,
    "cases.called_back": 20,
    "cases.solved": 18,
    "cases.satisfied": 17,
    "notices.level.0": 3,
    "notices.level.1": 2,
    "notices.status.discharged": 2,
    "cases.outcome.benefit": 6,
}
HELD = {"units": 28, "desks": 7, "sectors": 21, "post_sectors": 8}
REGISTERED = {"organs": 4, "three_roles": 3, "five_roles": 5, "pledges": 28, "posts": 68, "respondents": 60_000}


def paper(
    lang: str = "zh", figures: dict[str, int] | None = None, directory: dict[str, int] | None = None, **more: Any
) -> Document:
    figures = FIGURES if figures is None else figures
    start, end = date(2026, 1, 12), date(2026, 6, 30)
    desks = {"city": "City desk", "ningan": "Ning'an desk"} if lang == "en" else {"city": "市级热线台", "ningan": "宁安市热线台"}  # fmt: skip
    model = Recorded(
        start=start,
        end=end,
        dated=date(2026, 7, 1),
        total=figures.get("contacts", 0),
        printed=printed(figures, start, end),
        figures={name: n for name, n in figures.items() if not name.startswith("contacts")},
        directory=HELD if directory is None else directory,
        sectors={"civil_affairs": 8, "legal_aid": 1, "psych": 1},
        **{"desks": desks, **more},
    )
    return situation_report(model, ORIGIN, lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"figures": {}},
        {"figures": {"contacts": 1, "contacts.disposition.none": 1, "contacts.desk.city": 1}},
        {"figures": {"contacts": 3, "contacts.disposition.answered": 2}},
        {"directory": {}},
        {"directory": HELD | REGISTERED},
        {"desks": {"city": "名" * 50}},
    ],
    ids=["a half-year", "empty", "one contact", "does not add up", "no directory", "all registered", "a long name"],
)
def test_every_report_is_finished(more: dict[str, Any], lang: str) -> None:
    assert_finished(paper(lang, **more))


def test_nothing_of_the_old_report_is_dropped() -> None:
    """domain.md §1, the line below its table."""
    said = words(paper(directory=HELD | REGISTERED))
    for part in (
        *(
            "领导机构4个",
            "成员单位28个",
            "“三员”3类",
            "“五员”5类",
            "值班台7个",
            "登记来电来访114件",
            "移送转办18件",
            "直接协调6件",
        ),
        *("创建维权岗的系统8个", "青少年维权岗68个", "专题调查60000人", "每月生活救助合计200元"),
    ):
        assert part in said, part


def test_it_prints_why_over_eighty_percent_cannot_be() -> None:
    said = words(paper())
    assert "至少须有92件，与其余24件合计116件，多于登记的114件" in said and "90/114，即78.9%" in said


@pytest.mark.parametrize(
    "groups",
    [{"answered": 92, "referred": 22}, {"referred": 114}, {"answered": 90, "referred": 10}],
    ids=["the claim holds", "nothing was answered", "the counts are in doubt"],
)
def test_it_prints_no_note_where_there_is_nothing_to_note(groups: dict[str, int]) -> None:
    figures = {"contacts": 114} | {f"contacts.disposition.{name}": n for name, n in groups.items()}
    assert "既往材料" not in words(paper(figures=figures))


def test_dispositions_are_a_partition_or_the_gap_is_named() -> None:
    assert "各类相加为114件，与登记总数一致" in words(paper())
    gap = words(paper(figures={"contacts": 30, "contacts.disposition.answered": 20}))
    assert "未载明处置方式10件" in gap and "各类相加为20件，与登记总数不一致，差额待核" in gap


def test_what_nobody_recorded_is_said_to_be_unrecorded_and_gets_no_number() -> None:
    said = words(paper())
    for item in ("领导机构", "“五员”", "责任状", "专题调查", "青少年维权岗"):
        assert f"{item}（本系统暂无此项登记）" in said, item
    assert "68" not in said and "60000" not in said


def test_cells_that_could_point_at_one_child_are_hidden_and_none_can_be_computed() -> None:
    said = words(paper())
    # 111 + 3 = 114: with one cell hidden the other would give it away.
    assert "<5" in said and "·" in said and "111" not in said


def test_it_is_an_official_document() -> None:
    document = paper()
    assert document.layout == "official"
    assert document.title == "关于2026年1月12日至6月30日\n开展青少年维权工作的情况汇报"


def test_in_english_it_holds_no_chinese() -> None:
    assert chinese(paper("en", directory=HELD | REGISTERED)) == "" == chinese(paper("en"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(text: str, tmp_path: Any) -> None:
    assert write(paper(desks={"city": text}), tmp_path, "report")[0].stat().st_size > 1000


@pytest.mark.parametrize(
    ("figure", "was", "now", "told"),
    [
        ("contacts.disposition.referred", 18, 28, "原为18，应为28"),
        ("referrals.returned", 0, 7, "原为0，应为7"),
        ("cases.outcome.benefit", 6, 12, "原为6，应为12"),
        # One more or less of them is one child.
        ("cases.outcome.benefit", 6, 7, "件数过少不列"),
        ("cases.outcome.enrolled", 2, 9, "本件不列其数"),
        ("contacts.category.12", 3, 9, "本件不列其数"),
        ("cases.redone", 8, 19, "本件不列其数"),
    ],
)
def test_a_correction_tells_what_the_report_prints_and_no_more(figure: str, was: int, now: int, told: str) -> None:
    row = {"number": 1, "figure": figure, "was": was, "now": now, "cause": 490, "reason": "late_entry"}
    line = words(paper(figures=FIGURES | {"cases.outcome.enrolled": 2}, corrections=[row])).split("第1次更正")[1]
    assert told in line and (f"应为{now}" in line) == ("应为" in told)


def test_each_number_of_the_report_is_a_number_for_a_machine_too() -> None:
    figures = paper().model["figures"]
    assert figures["contacts"] == 114 and figures["contacts.disposition.referred"] == 18
    assert {value for value in figures.values() if isinstance(value, str)} <= {"<5", "·"}
