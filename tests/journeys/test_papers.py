"""`lianxi papers` and `query --xlsx` as an office uses them: documents of one position, a workbook, sentences when there is none."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.bus.clock import CHINA
from tests.support.contacts import contact
from tests.support.running import Running, eventually

PERIOD = "2026-01-12..2026-06-30"


@pytest.fixture
def issued(stack: Running, number: Callable[[], str]) -> str:
    """A referral of its own: its id, once it is issued."""
    name = number()
    stack.send("duty-city", "intake.RegisterContact", **contact(name, disposition="B1", unit="u08"))
    case = stack.until("case", "show", name)["case_id"]

    def referral() -> str | None:
        return next((row["referral"] for row in stack.rows("referral", "list") if row["case_id"] == case), None)

    return eventually(referral)


def test_the_letter_of_a_referral_is_written_in_three_faces_and_names_no_case(
    stack: Running, issued: str, out: Path
) -> None:
    written = stack.lianxi("papers", "transfer", issued, "--out", out, "--json").json["documents"]
    assert [Path(path).suffix for path in written] == [".docx", ".html", ".json"]
    text = Path(written[2]).read_text("utf-8")
    assert "市教育局" in text and "三、反馈方式" in text and "case_id" not in text


@pytest.mark.parametrize("command", ["circular", "report"])
def test_a_period_has_its_circular_and_its_report_in_both_languages(stack: Running, command: str, out: Path) -> None:
    zh = stack.lianxi("papers", command, "--period", PERIOD, "--out", out / "zh").out.split()
    en = stack.lianxi("papers", command, "--period", PERIOD, "--out", out / "en", "--lang", "en").out.split()
    assert len(zh) == len(en) == 3
    assert "2026年1月12日至6月30日" in Path(zh[2]).read_text("utf-8")
    assert "2026-01-12 to 2026-06-30" in Path(en[2]).read_text("utf-8")


@pytest.mark.parametrize(("kind", "command"), [("circular", "circular"), ("situation_report", "report")])
def test_one_on_record_is_drawn_at_its_position_with_its_number_once_it_is_issued(
    stack: Running, issued: str, kind: str, command: str, out: Path
) -> None:
    def bulletin(verb: str, *words: str, who: str = "supervisor") -> None:
        stack.lianxi("bulletin", verb, *words, "--as", who)

    days = "2026-02-01..2026-02-28"
    answer = stack.lianxi(
        "bulletin", "generate", "--kind", kind, "--period", days, "--as", "coordinator", "--json"
    ).json
    key, seq = answer["accepted"]["id"], answer["briefing"]["position"]

    def drawn(named: str, folder: str) -> dict[str, Any]:
        written = stack.lianxi("papers", command, named, "--out", out / folder, "--json").json["documents"]
        assert [Path(path).suffix for path in written] == [".docx", ".html", ".json"]
        document: dict[str, Any] = json.loads(Path(written[2]).read_text("utf-8"))
        assert document["provenance"]["position"] == seq
        return document

    assert drawn(key, "draft")["number"] == "（待编号）"
    bulletin("review", key)
    bulletin("issue", key, "--to", "committee", "--to", "member_units", "--copies", "35")
    # Numbered in the year of its issue, which is now.
    document = drawn(f"{datetime.now(CHINA).year}-1", "issued")
    assert document["number"] == "第1期（总第1期）"
    assert document["foot"][-1] == "共印35份" and any("各成员单位" in line for line in document["foot"])
    # The same bytes by id and by number, and what came later does not move it.
    assert drawn(key, "again") == document
    bulletin("withdraw", key, "--reason", "replaced")
    assert drawn(key, "withdrawn")["urgency"] == "（已撤回）"
    replayed = stack.lianxi("audit", "replay", key, "--json").json
    # By its id each is explained, whatever its kind.
    explained = stack.lianxi("explain", key, "--json").json
    assert explained["holds"] and explained["position"]["seq"] == seq
    # Units hear of a circular; a report goes upward alone.
    told = {f"ledger.bulletin.{key}"} if kind == "circular" else set()
    assert {each["subject"] for each in replayed} == {f"ledger.briefing.{key}"} | told
    # It is of its own kind alone, and it stands at its own position.
    other = "report" if command == "circular" else "circular"
    refused = stack.lianxi("papers", other, key, "--json", status=2).json["refused"]
    assert refused["code"] == "briefing.not_found"
    stack.lianxi("papers", command, key, "--as-of-seq", 1, status=2)
    stack.lianxi("papers", command, key, "--period", days, status=2)
    stack.lianxi("papers", command, status=2)


@pytest.mark.parametrize(
    ("words", "zh", "en", "code"),
    [
        (("transfer", "none"), "没有这个转办单", "no such referral", "referral.not_found"),
        (("discharge", "none"), "没有这份文书", "no such notice", "notice.not_found"),
    ],
)
def test_what_is_not_there_is_refused_in_both_languages(
    stack: Running, words: tuple[str, ...], zh: str, en: str, code: str
) -> None:
    assert zh in stack.lianxi("papers", *words, status=3).err
    assert en in stack.lianxi("papers", *words, "--lang", "en", status=3).err
    assert stack.lianxi("papers", *words, "--json", status=3).json["refused"]["code"] == code


def test_a_position_that_is_not_reached_yet_is_said_to_be_unavailable(stack: Running) -> None:
    words = ("papers", "circular", "--period", PERIOD, "--as-of-seq", 10**6, "--json")
    assert stack.lianxi(*words, status=4).json["refused"]["code"] == "query.stale"


@pytest.mark.parametrize(
    "words",
    [
        ("papers", "circular", "--period", "x"),
        ("papers", "report", "--period", "2026-06-30..2026-01-12"),
        ("papers", "circular", "--period", PERIOD, "--rectify-by", "soon"),
        ("query", "contact_register", "--csv", "--xlsx", "x.xlsx"),
        ("query", "contact_register", "--bom"),
    ],
)
def test_wrong_usage_ends_with_two(stack: Running, words: tuple[str, ...]) -> None:
    stack.lianxi(*words, status=2)


def test_a_query_as_a_workbook_has_chinese_titles_every_row_and_its_origin(
    stack: Running, issued: str, out: Path
) -> None:
    out.mkdir()
    asked = stack.lianxi("query", "referral_ledger", "-p", "unit=u08", "--json").json
    said = stack.lianxi("query", "referral_ledger", "-p", "unit=u08", "--xlsx", out / "台账.xlsx", "--json").json
    assert said["rows"] == len(asked["rows"])
    rows, about = openpyxl.load_workbook(out / "台账.xlsx").worksheets
    assert rows.max_row == len(asked["rows"]) + 1 and rows.max_column == len(asked["columns"])
    titles = [cell.value for cell in rows[1]]
    assert {"转办单号", "承办单位", "办理要求"} <= set(titles)
    assert "u08 市教育局" in [row[titles.index("承办单位")].value for row in rows.iter_rows(min_row=2)]
    told = {row[0].value: row[1].value for row in about.iter_rows()}
    assert told["截至账本位置"] == str(said["position"]["seq"]) and told["参数"] == "承办单位（unit）：u08"


def test_csv_with_a_byte_order_mark_reads_the_same(stack: Running) -> None:
    plain = stack.lianxi("query", "unit_scorecard", "--csv").out
    marked = stack.lianxi("query", "unit_scorecard", "--csv", "--bom").out
    assert marked == "\ufeff" + plain and len(list(csv.reader(io.StringIO(plain)))) > 20
