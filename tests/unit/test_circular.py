"""通报: a ranking that small numbers cannot win, praise that chance cannot give, problems with their basis."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from services.projections.documents import Circular, Contradictory, Document, Issue, circular, write
from services.projections.documents.blocks import Table
from services.projections.documents.figures import wilson
from services.projections.documents.standing import (
    RANKED_FROM,
    UNITS_FROM,
    overdue_of,
    praised,
    share,
    standings,
    unanswered_of,
)
from tests.support.papers import HOSTILE, ORIGIN, assert_finished, chinese, empty_row, words

START, END = date(2026, 1, 12), date(2026, 6, 30)
LONG = "某市某某某某青少年权益保护联席会议成员单位办公室" * 2 + "名称"
ZH = {f"u{n:02}": f"单位{n}局" for n in range(1, 10)} | {"u09": LONG + "很长"}
EN = {f"u{n:02}": f"Unit {n}" for n in range(1, 10)}
WORKDAYS = frozenset(day for n in range(200) if (day := START + timedelta(days=n)).weekday() < 5)
# unit -> (judged, in time): a unit with nothing judged, one, four, five, and larger ones.
TOWN = {"u01": (0, 0), "u02": (1, 1), "u03": (4, 4), "u04": (5, 3), "u05": (40, 39), "u06": (10, 5), "u09": (20, 9)}


def figures(units: dict[str, tuple[int, int]]) -> dict[str, int]:
    """The question's figures of a period in which units had so many judged, and so many in time."""
    counted: dict[str, int] = {}
    for unit, (judged, in_time) in units.items():
        own = {"issued": judged + 2, "signed": judged + 1, "signed_in_time": judged, "reported": judged}
        own |= {"judged": judged, "in_time": in_time, "returned": 1, "sent_back": 1 if judged else 0}
        counted |= {f"units.{unit}.{name}": value for name, value in own.items()}
        for name, value in own.items():
            whole = "referrals" if name == "issued" else f"referrals.{name}"
            counted[whole] = counted.get(whole, 0) + value
    return counted


def paper(units: dict[str, tuple[int, int]], lang: str = "zh", issue: Issue | None = None, **more: Any) -> Document:
    model = Circular(
        start=START,
        end=END,
        figures=figures(units),
        **{"dated": date(2026, 7, 1), "names": EN if lang == "en" else ZH, "rectify_by": date(2026, 7, 14), **more},
    )
    return circular(model, ORIGIN, lang, issue)


def overdue(**more: Any) -> dict[str, Any]:
    return {"referral_no": "青转〔2026〕7号", "unit": "u04", "matter_zh": "某区青少年“受教育权”事项", "matter_en": "Education", "due": "2026-06-17T23:59:59+08:00", "working_days_over": 8, "basis": "本市热线管理办法", **more}  # fmt: skip


def owed(**more: Any) -> dict[str, Any]:
    return empty_row("supervision_ledger") | {"doc_no": "青督〔2026〕2号", "unit": "u06", "level": 2, "grounds": ["report_overdue"], "reply_due": "2026-06-20T23:59:59+08:00", "authority_basis": "联席会议制度（示例）第6条", "reply_overdue": True, "status": "served", "drafted": "2026-06-10T09:00:00+08:00", **more}  # fmt: skip


def ranking(document: Document) -> Table:
    return next(
        block
        for block in (*document.blocks, *document.annexes)
        if isinstance(block, Table) and "95" in "".join(block.columns)
    )


# What is in it


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("units", "more"),
    [
        ({}, {}),
        ({"u02": (1, 1)}, {}),
        (TOWN, {}),
        (TOWN, {"overdue": [overdue()], "unanswered": [owed()]}),
        (TOWN, {"overdue": [overdue(basis="")], "rectify_by": None}),
        (TOWN, {"unanswered": [owed(doc_no=None, authority_basis=None)], "provisional": True}),
        ({"x99": (7, 7)}, {}),
    ],
    ids=["empty", "one case", "a town", "problems", "no date known", "provisional", "a unit without a name"],
)
def test_every_circular_is_finished(units: Any, more: dict[str, Any], lang: str) -> None:
    assert_finished(paper(units, lang, **more))


def test_it_is_an_official_document_to_all_members_with_its_copies_and_annex() -> None:
    document = paper(TOWN)
    assert document.title == "关于2026年1月12日至6月30日\n青少年维权事项办理情况的通报"
    assert (document.layout, document.addressee) == ("official", "联席会议各成员单位")
    assert document.foot == ("抄送：市委政法委、市未成年人保护委员会。",)
    assert document.attachments == ("各单位办理情况统计表",)
    headings = [text for text in words(document).split("\n") if text[:2] in ("一、", "二、", "三、", "四、", "五、")]
    assert headings == ["一、总体情况", "二、单位排名", "三、表扬", "四、存在问题", "五、整改要求"]


def test_the_whole_is_told_with_n_and_without_what_was_withdrawn() -> None:
    told = {"": 12, ".withdrawn": 2, ".signed": 9, ".signed_in_time": 6, ".reported": 7, ".judged": 8, ".in_time": 6}
    told |= {".returned": 1, ".sent_back": 3, ".overdue": 4}
    whole = {f"referrals{name}": n for name, n in told.items()}
    said = words(circular(Circular(start=START, end=END, dated=END, figures=whole, names=ZH), ORIGIN, "zh"))
    for part in (
        *("签发转办单12件", "终止2件，不计入", "签收率为90.0%（9/10", "按时签收率为66.7%（6/9", "已反馈7件；应办结8件"),
        *("按时办结率为75.0%（6/8", "退单率为10.0%（1/10", "退回重办3件，在途超期4件"),
    ):
        assert part in said, part


def test_an_empty_period_says_so_and_ranks_praises_and_demands_nothing() -> None:
    said = words(paper({}))
    for part in ("本期未签发转办单。", "本期各单位均无转办。", "本期无。", "无超期未办结事项", "无限期整改事项"):
        assert part in said


def test_figures_that_are_not_told_by_unit_rank_nobody() -> None:
    model = Circular(start=START, end=END, dated=END, figures={"referrals": 19}, names=ZH)
    said = words(circular(model, ORIGIN, "zh"))
    assert "本期无分单位数据，不排名。" in said and "均无转办" not in said


def test_in_english_it_holds_no_chinese_but_names() -> None:
    english = paper(TOWN, "en", overdue=[overdue(referral_no="7")], unanswered=[owed(doc_no="2")])
    assert chinese(english) == ""
    assert "Hotline rules of the city" in words(english) and "(example), article 6" in words(english)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(text: str, tmp_path: Any) -> None:
    document = paper(TOWN, names=dict.fromkeys(ZH, text), overdue=[overdue(matter_zh=text, basis=text)], unanswered=[owed(authority_basis=text)])  # fmt: skip
    assert [path.suffix for path in write(document, tmp_path, "circular")] == [".docx", ".html", ".json"]


# Ranking


def test_units_with_enough_are_ranked_by_the_lower_end_of_their_interval() -> None:
    ranked = [(each.unit, each.rank) for each in standings(figures(TOWN))]
    assert ranked == [("u05", 1), ("u09", 2), ("u06", 3), ("u04", 4), ("u01", None), ("u02", None), ("u03", None)]
    # 60 % of 5 stands behind 45 % of 20: less is known of it.
    assert wilson(3, 5)[0] < wilson(9, 20)[0]


def test_the_table_shows_n_and_interval_of_everyone_and_no_percentage_of_the_few() -> None:
    rows = {row[1]: row for row in ranking(paper(TOWN)).rows}
    assert rows["单位4局"][:5] == ("4", "单位4局", "3/5", "60.0%", "23.1–88.2%")
    assert rows["单位3局"] == ("件数不足，不排名", "单位3局", "4/4", "—", "51.0–100.0%", "6", "1/6 16.7%")
    assert rows["单位1局"][2:5] == ("0/0", "—", "—")


def test_handling_more_at_the_same_rate_never_ranks_lower() -> None:
    more, less = standings(figures({"u01": (5, 4), "u02": (10, 8), "u03": (20, 16)})), ["u03", "u02", "u01"]
    assert [each.unit for each in more] == less


def test_equal_results_share_a_rank_and_stand_by_their_code() -> None:
    tied = standings(figures({"u03": (6, 6), "u01": (6, 6), "u02": (9, 1)}))
    assert [(each.unit, each.rank) for each in tied] == [("u01", 1), ("u03", 1), ("u02", 3)]


@pytest.mark.parametrize("able", [0, 1, 2])
def test_below_three_units_with_enough_there_is_no_ranking_and_it_says_why(able: int) -> None:
    units = {f"u{n:02}": (8, n) for n in range(1, able + 1)} | {"u09": (4, 4)}
    document = paper(units)
    assert f"有{able}个，不足3个" in words(document) and "名次" not in ranking(document).columns
    assert [each.rank for each in standings(figures(units))] == [None] * (able + 1)


def test_what_is_returned_is_told_beside_the_rank() -> None:
    assert "退单率" in words(paper(TOWN)) and ranking(paper(TOWN)).rows[0][-1] == "1/42 2.4%"


@pytest.mark.parametrize(
    "wrong", [{"judged": 5, "in_time": 6}, {"signed": 1, "signed_in_time": 2}, {"issued": 1, "returned": 2}]
)
def test_figures_that_contradict_each_other_are_not_printed(wrong: dict[str, int]) -> None:
    with pytest.raises(Contradictory):
        standings({f"units.u01.{name}": value for name, value in wrong.items()})


@st.composite
def towns(draw: st.DrawFn) -> dict[str, tuple[int, int]]:
    judged = draw(st.dictionaries(st.from_regex(r"[a-z][0-9]{2}", fullmatch=True), st.integers(0, 12), max_size=12))
    return {unit: (n, draw(st.integers(0, n))) for unit, n in judged.items()}


@for_any(towns(), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_figures(town: dict[str, tuple[int, int]], chance: Any) -> None:
    given = list(figures(town).items())
    shuffled = list(given)
    chance.shuffle(shuffled)
    assert standings(dict(given)) == standings(dict(shuffled))


@for_any(towns())
def test_no_unit_with_few_has_a_rank_and_ranks_fall_as_the_lower_end_falls(town: dict[str, tuple[int, int]]) -> None:
    found = standings(figures(town))
    assert sorted(each.unit for each in found) == sorted(town)
    ranked = [each for each in found if each.rank is not None]
    assert all(each.judged >= RANKED_FROM for each in ranked)
    assert len(ranked) == 0 or len(ranked) >= UNITS_FROM
    assert list(found[: len(ranked)]) == ranked
    keys = [(-each.interval[0], -each.judged, each.unit) for each in ranked]
    assert keys == sorted(keys) and len(set(keys)) == len(keys)
    assert [each.rank for each in ranked] == sorted(each.rank or 0 for each in ranked)


# Shares and praise


@pytest.mark.parametrize(
    ("count", "n", "said"),
    [
        (0, 0, "—"),
        (1, 2, "1/2（件数不足，不计百分比；95%CI 9.5–90.5%）"),
        (4, 4, "4/4（件数不足，不计百分比；95%CI 51.0–100.0%）"),
        (4, 5, "80.0%（4/5，95%CI 37.6–96.4%）"),
        (18, 114, "15.8%（18/114，95%CI 10.2–23.6%）"),
    ],
)
def test_one_of_two_is_not_fifty_percent(count: int, n: int, said: str) -> None:
    assert share(count, n, "zh") == said


def test_praised_is_who_stands_above_all_with_the_whole_interval() -> None:
    found = standings(figures(TOWN))
    assert [each.unit for each in praised(found, 0.75)] == ["u05"]
    assert praised(found, 0.9) == []
    # Four of four is a lower end of 51 %: nobody is praised for four matters.
    assert "u03" not in [each.unit for each in praised(found, 0.2)]


def test_praise_tells_the_facts_and_none_is_said_to_be_none() -> None:
    assert "单位5局按时办结率97.5%（39/40" in words(paper(TOWN))
    assert "三、表扬\n本期无。" in words(paper({"u01": (8, 4), "u02": (8, 4), "u03": (8, 4)}))


# Problems


def referral(**more: Any) -> dict[str, Any]:
    return empty_row("referral_ledger") | {"referral_no": "7", "unit": "u04", "region": "231003", "matter_zh": "甲", "matter_en": "A", "issued": "2026-03-02T09:00:00+08:00", "due_sign": "2026-03-03T23:59:59+08:00", "due_report": "2026-06-17T23:59:59+08:00", "sign_policy": "S3", "report_policy": "R3", "sign_overdue": False, "overdue_working_days": 8, "status": "signed", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "over"),
    [
        ({}, [9]),
        ({"status": "return_requested"}, [9]),
        ({"status": "issued", "due_report": None, "sign_overdue": True}, [85]),
        ({"status": "issued", "due_report": None, "sign_overdue": False}, []),
        ({"status": "reported"}, []),
        ({"status": "on_hold"}, []),
        ({"overdue_working_days": 0}, []),
        ({"issued": "2026-01-11T09:00:00+08:00"}, []),
        ({"issued": "2026-07-01T09:00:00+08:00"}, []),
        ({"due_report": "2026-07-02T23:59:59+08:00"}, []),
    ],
    ids=[
        *("signed and late", "asks to return it", "not signed", "still to sign", "reported", "on hold", "in time"),
        *("before the period", "after it", "due after it"),
    ],
)
def test_overdue_is_what_is_open_and_past_its_date_at_the_end(more: dict[str, Any], over: list[int]) -> None:
    found = overdue_of([referral(**more)], START, END, WORKDAYS)
    assert [row["working_days_over"] for row in found] == over
    assert all(row["basis"] for row in found)


def test_overdue_names_no_place_below_the_county() -> None:
    (found,) = overdue_of([referral(matter_zh="铁岭镇青少年事项", matter_en="X, Tieling Town")], START, END, WORKDAYS)
    assert (found["matter_zh"], found["matter_en"]) == ("阳明区青少年事项", "X, Yangming District")


@pytest.mark.parametrize(
    ("more", "listed"),
    [
        ({}, True),
        ({"status": "acknowledged"}, True),
        ({"status": "replied"}, False),
        ({"status": "withdrawn"}, False),
        ({"reply_overdue": False}, False),
        ({"level": 0}, False),
        ({"drafted": "2026-07-01T09:00:00+08:00"}, False),
    ],
)
def test_unanswered_is_a_notice_whose_reply_is_owed_and_overdue(more: dict[str, Any], listed: bool) -> None:
    assert bool(unanswered_of([owed(**more)], START, END)) is listed


def test_problems_stand_with_their_basis_and_have_to_be_put_right_by_a_day() -> None:
    said = words(paper(TOWN, overdue=[overdue()], unanswered=[owed()]))
    for part in (
        "超期未办结1件",
        "本市热线管理办法",
        "青督〔2026〕2号",
        "联席会议制度（示例）第6条",
        "于2026年7月14日前",
    ):
        assert part in said
    assert "　　年　　月　　日" in words(paper(TOWN, overdue=[overdue()], rectify_by=None))
    assert "期限暂定" in words(paper(TOWN, overdue=[overdue()], provisional=True))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_issued_circular_says_its_number_its_day_whom_it_goes_to_and_what_was_corrected(lang: str) -> None:
    issue = Issue(number=2, total=9, day=date(2026, 7, 3), send_to=("care_committee",), copies=30, withdrawn=True)
    row = {"number": 1, "figure": "referrals.in_time", "was": 3, "now": 14, "cause": 490, "reason": "late_entry"}
    document = paper(TOWN, lang, issue, dated=issue.day, corrections=[row])
    assert_finished(document)
    said = words(document)
    if lang == "zh":
        assert (document.number, document.urgency) == ("第2期（总第9期）", "（已撤回）")
        assert document.foot == ("送：市关工委。", "共印30份")
        assert "按时办结原为3，应为14（依据账本第490条" in said
    else:
        assert document.number == "No. 2 (No. 9 in all)" and "position 490 of the ledger" in said
    assert document.dated == document.closing[-1] == ("2026年7月3日" if lang == "zh" else "2026-07-03")
    assert paper(TOWN, lang).number == ("（待编号）" if lang == "zh" else "(to be numbered)")


def test_a_circular_tells_no_correction_of_what_it_does_not_print() -> None:
    """It prints nothing of contacts, and nobody reckons with it where contacts are hidden."""
    issue = Issue(number=2, total=9, day=date(2026, 7, 3))
    for figure in ("contacts", "contacts.category.05", "cases.outcome.benefit", "notices"):
        row = {"number": 1, "figure": figure, "was": 31, "now": 77, "cause": 490, "reason": "late_entry"}
        said = words(paper(TOWN, "zh", issue, corrections=[row]))
        assert "有变动，本件不列其数" in said and "77" not in said, figure
