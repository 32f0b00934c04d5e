"""Exports for office programs: nothing in a cell runs, nothing is lost silently, numbers stay numbers."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from services.console import workbook
from services.console.cells import LONGEST, Share, TooLong, disarmed, held
from services.console.output import as_csv
from services.console.workbook import TooManyRows, write_workbook

FORMULAS = (
    *("=cmd()", "＝1+1", "\t=1", " =1", "@SUM", "-1+1", "+1", "＋1", "－1", "＠SUM", "\r=1", "\n=1", "　=1", "\u00a0=1"),
    *('"=1"', "'=1", "“=1”", "\ufeff=1", "\u200b=1",  "\x00=1", "\tx", "\rx", ' "\' =1', "=HYPERLINK(\"http://example.invalid\")", "-5"),
)  # fmt: skip
PLAIN = (
    "{{7*7}}",
    "<w:p>",
    "<r>x</r>x",
    "𠀀𪛟",
    "a=b",
    "2026-06-30",
    "5-1",
    "名" * 10_000,
    "x\ny",
    "http://example.invalid",
    "",
)
CONTROLS = "a\x00b\x07c\x1bd\x7fe\rf\tg"


def saved(rows: list[list[Any]], folder: Path, lang: str = "zh", title: str = "转办台账") -> Any:
    path = folder / "out.xlsx"
    write_workbook(path, title, ["标题", "数"][: len(rows[0])], rows, [("查询", "转办台账")], lang)
    return openpyxl.load_workbook(path)


def read_back(rows: list[list[Any]], capsys: Any, bom: bool = False) -> list[list[str]]:
    as_csv(["a", "b"], rows, bom)
    return list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))


# CSV


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_start_a_formula_gets_an_apostrophe_in_csv(text: str, capsys: Any) -> None:
    assert read_back([[text, 1]], capsys)[1] == [f"'{text}", "1"]


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stand_in_csv_as_they_are(text: str, capsys: Any) -> None:
    assert read_back([[text, 1]], capsys)[1] == [text, "1"]


def test_numbers_that_are_numbers_stay_numbers_in_csv(capsys: Any) -> None:
    assert read_back([[-5, 0.5], [-0.25, None], [True, 0]], capsys)[1:] == [["-5", "0.5"], ["-0.25", ""], ["True", "0"]]


def test_a_list_is_one_text_in_csv_and_as_harmless(capsys: Any) -> None:
    assert read_back([[["handle", "report_back"], ["=1", "x"]]], capsys)[1] == ["handle;report_back", "'=1;x"]


def test_a_byte_order_mark_stands_first_when_it_is_asked_for_and_else_nowhere(capsys: Any) -> None:
    assert read_back([["x", 1]], capsys, bom=True)[0][0] == "\ufeffa"
    assert read_back([["x", 1]], capsys)[0][0] == "a"


@for_any(st.text())
def test_taking_the_apostrophe_away_gives_the_text_back(text: str) -> None:
    given = disarmed(text)
    assert given == text or given == f"'{text}"
    assert not given.lstrip(" \t\r\n").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


# Workbook


@pytest.mark.parametrize("text", [*FORMULAS, *PLAIN])
def test_in_a_workbook_every_text_is_a_text_and_comes_back_whole(text: str, tmp_path: Path) -> None:
    cell = saved([[text, 1]], tmp_path).worksheets[0]["A2"]
    # "f" would be a formula; an empty text is an empty cell.
    assert cell.data_type == ("s" if text else "n") and cell.hyperlink is None
    assert (cell.value or "") == held(text)
    if not set(text) & set("\t\r\x00"):
        assert (cell.value or "") == text


@pytest.mark.parametrize("text", ["<r>x</r>", "<r><t>=1</t></r>"])
def test_markup_of_the_writers_own_is_a_text_too(text: str, tmp_path: Path) -> None:
    assert saved([[text, 1]], tmp_path).worksheets[0]["A2"].value == f"'{text}"


def test_control_characters_are_shown_as_pictures(tmp_path: Path) -> None:
    assert saved([[CONTROLS, 1]], tmp_path).worksheets[0]["A2"].value == "a␀b␇c␛d␡e␍f␉g"
    assert held("\ud800\uffff") == "\ufffd\ufffd" and held("a\r\nb") == "a\nb"


def test_numbers_are_numbers_shares_percentages_and_the_rest_reads_as_people_write_it(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [-5, Share(0.789)],
        [2**53 + 1, float("nan")],
        [True, ["甲", "乙"]],
        [None, "2026-06-30T18:00:00+08:00"],
    ]
    sheet = saved(rows, tmp_path).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet["A2:B5"]] == [
        [-5, 0.789],
        [str(2**53 + 1), "nan"],
        ["是", "甲；乙"],
        [None, "2026-06-30 18:00"],
    ]
    assert sheet["B2"].number_format == "0.0%"


def test_a_text_that_only_looks_like_a_moment_is_not_cut() -> None:
    text = "abcd-fghijT" + "=" * 40
    assert held(text) == text


def test_the_heading_is_frozen_named_and_wide_enough(tmp_path: Path) -> None:
    book = saved([["名" * 20, 1]], tmp_path)
    sheet, about = book.worksheets
    assert sheet.freeze_panes == "A2" and [cell.value for cell in sheet[1]] == ["标题", "数"]
    assert sheet.column_dimensions["A"].width >= 40 and sheet.column_dimensions["B"].width >= 8
    assert (sheet.title, about.title) == ("转办台账", "说明")
    assert [cell.value for cell in about[1]] == ["查询", "转办台账"]


@pytest.mark.parametrize("title", ["a/b:c?d*e[f]g\\h", "名" * 50, "'", ""])
def test_any_title_names_a_sheet(title: str, tmp_path: Path) -> None:
    assert saved([["x", 1]], tmp_path, title=title).worksheets[0]["A2"].value == "x"


@pytest.mark.parametrize(
    ("text", "whole"), [("x" * LONGEST, True), ("x" * (LONGEST + 1), False), ("𠀀" * 16_384, False)]
)
def test_a_text_longer_than_a_cell_is_refused_and_nothing_is_written(text: str, whole: bool, tmp_path: Path) -> None:
    if whole:
        assert saved([[1, "x"], [2, text]], tmp_path).worksheets[0]["B3"].value == text
        return
    with pytest.raises(TooLong) as found:
        saved([[1, "x"], [2, text]], tmp_path)
    assert (found.value.row, found.value.column) == (2, 2) and list(tmp_path.iterdir()) == []


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_MAX", 2)
    with pytest.raises(TooManyRows):
        saved([["x", 1]] * 3, tmp_path)


def test_the_same_answer_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    for path in (first, again):
        write_workbook(path, "台账", ["a"], [[text] for text in FORMULAS], [("查询", "x")])
    assert first.read_bytes() == again.read_bytes()
    # Two writings within one second would not tell a clock from a fixed day.
    assert openpyxl.load_workbook(first).properties.created == workbook.CREATED
    with zipfile.ZipFile(first) as parts:
        assert not any(b"<f>" in parts.read(name) or b"hyperlink" in parts.read(name) for name in parts.namelist())
