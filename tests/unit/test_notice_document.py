"""The paper of a notice: each level has its own name, asks for its own things and says what comes next. domain.md §6.3."""

from typing import Any

import pytest

from services.projections.documents import Document, Provenance, notice_document, on_paper, write
from services.projections.model import models
from tests.support.papers import CHINESE

UNIT = {"zh": "市教育局", "en": "Education Bureau", "leader": "分管副局长", "department": "基础教育科", "post": "科长"}
ORIGIN = Provenance(
    position=9,
    head_hash="0" * 64,
    as_of="2026-03-16",
    code="test",
    figures_digest="0" * 64,
    command="lianxi audit verify",
)
PAPERS = [(1, None), (2, None), (3, None), (4, "talk"), (4, "listed"), (5, None)]


def row(level: int, form: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of the supervision ledger: signed off, served, and not answered yet."""
    columns = dict.fromkeys(column.name for column in models()["supervision_ledger"].columns)
    return columns | {
        "notice": "N" * 26,
        "doc_no": f"青督〔2026〕{level}号",
        "level": level,
        "form": form,
        "grounds": ["report_overdue", "perfunctory"],
        "demands": ["report_back", "handle", "explain_delay"],
        "unit": "u07",
        "referral_no": "青转〔2026〕7号",
        "matter_zh": "阳明区青少年“学生欺凌与校园暴力”事项",
        "matter_en": "Bullying, Yangming District",
        "issued": "2026-03-02T09:00:00+08:00",
        "due": "2026-03-09T23:59:59+08:00",
        "working_days_over": 5,
        "calendar_version": "2026.1",
        "drafted": "2026-03-16T09:00:00+08:00",
        "signed_off": "2026-03-16T10:00:00+08:00",
        "signatory": "协调办公室主任",
        "authority_kind": "committee_mandate",
        "authority_basis": "青少年维权工作联席会议制度（示例）第6条",
        "served": "2026-03-16T10:00:00+08:00",
        "served_by": "system",
        "served_to": "leader",
        "reply_due": "2026-03-19T23:59:59+08:00",
        "reply_provisional": False,
        "reply_overdue": False,
        "reply_late": False,
        "times_sent_back": 0,
        "status": "served",
        "last_seq": 9,
        **more,
    }


def paper(level: int, form: str | None = None, lang: str = "zh", previous: Any = None, **more: Any) -> Document:
    return notice_document(row(level, form, **more), UNIT, ORIGIN, lang, previous)


def words(document: Document) -> str:
    return (
        document.title + "".join(str(block) for block in (*document.blocks, *document.annexes)) + "".join(document.foot)
    )


@pytest.mark.parametrize(
    ("level", "form", "title", "after"),
    [
        (1, None, "催办通知书", "将发督办通知"),
        (2, None, "督办通知单", "将予通报"),
        (3, None, "关于转办事项办理情况的通报", "约谈分管领导或者挂牌督办"),
        (4, "talk", "约谈通知书", "提请联席会议"),
        (4, "listed", "挂牌督办通知书", "提请联席会议"),
        (5, None, "提请联席会议研究事项单", "由联席会议议定"),
    ],
)
def test_each_level_has_a_name_and_says_what_follows(level: int, form: str | None, title: str, after: str) -> None:
    document = paper(level, form)
    assert document.title == title and after in words(document)
    assert "青少年维权工作联席会议制度（示例）第6条" in words(document)


@pytest.mark.parametrize(("level", "form"), PAPERS)
def test_english_papers_hold_no_chinese_but_names_and_numbers(level: int, form: str | None) -> None:
    english = words(paper(level, form, "en", doc_no="7", referral_no="7"))
    assert english.count("Rules of the joint meeting on youth rights (example), article 6") == 2
    for known in ("Deputy director in charge", "Basic education section", "Head of the coordination office"):
        assert known in english
    # A post that the directory does not have stands as it was recorded.
    assert UNIT["post"] in english
    assert CHINESE.findall(english.replace(UNIT["post"], "")) == []


def test_a_notice_about_a_resolution_says_so() -> None:
    about: dict[str, Any] = {
        "about_kind": "resolution",
        "referral_no": "青议〔2026〕7号",
        "grounds": ["resolution_overdue"],
    }
    text = words(paper(2, **about))
    assert all(part in text for part in ("青议〔2026〕7号议定的", "议定日期为", "已超期5个工作日", "联席会议议定事项"))
    assert "转办" not in text and "adopted on" in words(paper(2, lang="en", **about))


def test_days_over_stand_only_where_a_date_is_the_ground() -> None:
    assert "已超期5个工作日" in words(paper(2))
    assert "超期" not in words(paper(2, grounds=["perfunctory"])).replace("逾期", "")


def test_a_notice_says_which_one_was_not_answered_before_it() -> None:
    assert "青催〔2026〕3号" in words(paper(2, previous=row(1, doc_no="青催〔2026〕3号")))


def test_the_slip_holds_what_the_unit_answered_and_how_often_it_was_sent_back() -> None:
    slip = words(
        paper(
            2, reply_result="planned", reply_measures=["mediated"], reply_late=True, times_sent_back=1,
            replied="2026-03-20T09:00:00+08:00", status="replied",
        )
    )  # fmt: skip
    assert all(part in slip for part in ("调解", "限期推进", "2026年3月20日（逾期）", "退回1次"))


@pytest.mark.parametrize(
    ("changes", "has"),
    [({"level": 0}, False), ({"withdrawn": "2026-03-17T09:00:00+08:00"}, False), ({}, True)],
    ids=["a reminder", "withdrawn", "a notice"],
)
def test_a_reminder_and_what_is_void_have_no_paper(changes: dict[str, Any], has: bool) -> None:
    assert on_paper(row(2) | changes) is has


@pytest.mark.parametrize(("level", "form"), PAPERS)
def test_every_paper_is_written_in_three_faces(level: int, form: str | None, tmp_path: Any) -> None:
    paths = write(paper(level, form), tmp_path, "notice")
    assert [path.suffix for path in paths] == [".docx", ".html", ".json"]
    assert all(path.stat().st_size > 1000 for path in paths)
