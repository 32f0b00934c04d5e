"""Every other command as its users type it: what it prints for people in both languages, for machines, and when it cannot."""

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.bus.decoding import BYTES_MAX
from services.console.auditing import NotAnExport, verify_export
from tests.support.contacts import contact
from tests.support.running import Background, Running, eventually, lianxi

PERIOD = "2026-01-12..2026-06-30"


@pytest.fixture
def registered(stack: Running, number: Callable[[], str]) -> tuple[str, int]:
    """A contact of its own: its number and its position."""
    name = number()
    return name, stack.send("duty-city", "intake.RegisterContact", **contact(name))["seq"]


# Asking


def test_a_query_prints_a_table_with_headings_in_the_readers_language(
    stack: Running, registered: tuple[str, int]
) -> None:
    number, seq = registered
    zh = stack.lianxi("query", "contact_register", "--min-seq", seq).out
    en = stack.lianxi("query", "contact_register", "--min-seq", seq, "--lang", "en").out
    assert number in zh and "问题类别" in zh and "受教育权" in zh and "行，截至第" in zh
    assert number in en and "category" in en and "as of position" in en


def test_a_query_as_csv_has_its_columns_and_every_row(stack: Running, registered: tuple[str, int]) -> None:
    number, seq = registered
    asked = stack.lianxi("query", "contact_register", "--min-seq", seq, "--json").json
    head, *rows = csv.reader(io.StringIO(stack.lianxi("query", "contact_register", "--csv").out))
    assert head == asked["columns"]
    assert len(rows) == len(asked["rows"]) and number in [row[head.index("number")] for row in rows]


def test_a_position_that_is_not_reached_yet_is_said_to_be_unavailable(stack: Running) -> None:
    refused = stack.lianxi("query", "contact_register", "--min-seq", 10**6, "--json", status=4).json["refused"]
    assert refused["code"] == "query.stale"


def test_as_of_a_position_it_reads_as_it_stood_there(stack: Running, registered: tuple[str, int]) -> None:
    number, seq = registered
    before = stack.lianxi("query", "contact_register", "--min-seq", seq, "--as-of-seq", seq - 1, "--csv").out
    assert number not in before
    assert number in stack.lianxi("query", "contact_register", "--as-of-seq", seq, "--csv").out


def test_queries_explains_every_query_and_column_in_both_languages(stack: Running) -> None:
    listed = stack.lianxi("queries", "--json").json["queries"]
    models = {"contact_register", "case_board", "referral_ledger", "unit_scorecard", "supervision_ledger"}
    assert models | {"hotline_daily", "calendar"} <= {each["name"] for each in listed}
    assert all(column["zh"] and column["en"] for each in listed for column in each["columns"])
    zh, en = stack.lianxi("queries").out, stack.lianxi("queries", "--lang", "en").out
    for each in listed:
        assert each["name"] in zh and each["name"] in en
        assert all(column["zh"] in zh and column["en"] in en for column in each["columns"])


def test_every_query_that_needs_no_parameter_answers(stack: Running) -> None:
    for each in stack.lianxi("queries", "--json").json["queries"]:
        if not any(parameter["required"] for parameter in each["parameters"]):
            assert stack.lianxi("query", each["name"], "--json").json["position"]


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (("case", "show", "N-none"), "没有这个案件", "no such case"),
        (("case", "history", "N-none"), "没有这个案件", "no such case"),
        (("referral", "show", "none"), "没有这个转办单", "no such referral"),
        (("notice", "show", "none"), "没有这份文书", "no such notice"),
        (("register", "N-none"), "没有这个案件", "no such case"),
        (("audit", "replay", "0" * 26), "没有这个编号", "nothing under this id"),
        (("audit", "replay", "a.*.>"), "没有这个编号", "nothing under this id"),
        (("audit", "export", "0" * 26, "--out", "x"), "没有这个编号", "nothing under this id"),
        (("query", "none"), "没有这个查询", "no such query"),
        (("query", "none.*"), "没有这个查询", "no such query"),
        (("query", "case", "-p", "case=x", "-p", "99900007777=x"), "没有所给的某个参数", "no parameter of one of"),
        (("send", "intake.Fly", "-"), "没有这个命令", "no such command"),
        (("send", "intake.Re*", "-"), "没有这个命令", "no such command"),
        (("send", "intake.SealCase", "-"), "SealCase", "SealCase"),
    ],
)
def test_what_is_not_there_is_refused_in_both_languages(
    stack: Running, words: tuple[str, ...], zh: str, en: str
) -> None:
    assert zh in stack.lianxi(*words, status=3).err
    assert en in stack.lianxi(*words, "--lang", "en", status=3).err
    refused = stack.lianxi(*words, "--json", status=3).json["refused"]
    assert zh in refused["zh"] and en in refused["en"] and refused["code"]
    assert "99900007777" not in json.dumps(refused)


def test_notices_are_listed_even_when_there_are_none(stack: Running) -> None:
    assert stack.lianxi("notice", "list", "--json").json["rows"] == []
    assert "文号" in stack.lianxi("notice", "list").out


# Usage


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate",),
        ("query",),
        ("query", "case_board", "--min-seq", "-1"),
        ("query", "case_board", "--min-seq", "x"),
        ("query", "case_board", "-p", "no-equals-sign"),
        ("send", "intake.RegisterContact"),
        ("send", "RegisterContact", "-"),
        ("send", "projections.Rebuild", "-"),
        ("send", "intake.RegisterContact", "no-such-file"),
        ("import", "no-such-file.csv"),
        ("case",),
        ("case", "explode", "x"),
        ("briefing",),
        ("briefing", "--period", "2026"),
        ("briefing", "--period", "2026-06-30..2026-01-12"),
        ("briefing", "--period", "2026-02-30..2026-03-01"),
        ("notices", "--as-of", "2026-02-30"),
        ("listen",),
        ("listen", "coordinator"),
        ("listen", "u05.*"),
        ("listen", "u05", "--from", "0"),
        ("audit", "verify", "--file", "no-such-file"),
        ("audit", "export", "x"),
        ("serve", "everything"),
        ("--lang", "fr", "queries"),
        ("--as", "nobody", "queries"),
        ("--as", "../coordinator", "queries"),
        ("queries", "--as"),
    ],
    ids=" ".join,
)
def test_a_wrong_usage_ends_with_2_and_a_word(stack: Running, words: tuple[str, ...]) -> None:
    assert stack.lianxi(*words, status=2).err.strip()


def test_an_unknown_principal_is_named_in_both_languages(stack: Running) -> None:
    assert "没有“nobody”的凭证" in stack.lianxi("queries", "--as", "nobody", status=2).err
    assert "no credential for nobody" in stack.lianxi("queries", "--as", "nobody", "--lang", "en", status=2).err


@pytest.mark.parametrize(
    "words",
    [
        ("briefing", "--period", PERIOD, "--out", "file/x"),
        ("schema", "--write", "file/x"),
        ("--data", "file", "up"),
    ],
    ids=" ".join,
)
def test_a_folder_that_cannot_be_written_is_named(stack: Running, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in lianxi(stack.data, *words, status=2, cwd=tmp_path).err


@pytest.mark.parametrize(
    "words",
    [
        ("queries",),
        ("query", "case_board"),
        ("case", "show", "x"),
        ("referral", "list"),
        ("notice", "list"),
        ("send", "intake.RegisterContact", "-"),
        ("listen", "u05"),
        ("audit", "verify"),
        ("audit", "replay", "x"),
        ("rebuild",),
        ("briefing", "--period", PERIOD),
        ("notices",),
        ("register", "x"),
    ],
    ids=" ".join,
)
def test_when_nothing_runs_it_says_so_with_4(tmp_path: Path, stack: Running, words: tuple[str, ...]) -> None:
    folder = tmp_path / "stopped"
    (folder / "credentials").mkdir(parents=True)
    for credential in (stack.data / "credentials").iterdir():
        (folder / "credentials" / credential.name).write_bytes(credential.read_bytes())
    assert "请先运行 lianxi up" in lianxi(folder, *words, status=4, given=b"{}").err
    refused = lianxi(folder, *words, "--json", status=4, given=b"{}").json["refused"]
    assert refused["code"] == "service.unavailable"


# Sending


def test_a_command_from_a_file_and_from_standard_input_is_the_same(
    stack: Running, number: Callable[[], str], tmp_path: Path
) -> None:
    body = json.dumps(contact(number())).encode()
    (tmp_path / "c.json").write_bytes(body)
    said = stack.lianxi("send", "intake.RegisterContact", tmp_path / "c.json", "--as", "duty-city").json
    assert set(said) == {"accepted", "seq"}
    assert stack.lianxi("send", "intake.RegisterContact", "-", "--as", "duty-city", given=body).json == said


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"{" * 1000, b" " * (10 * 2**20)])
def test_what_is_no_command_is_refused(stack: Running, body: bytes) -> None:
    refused = stack.lianxi("send", "intake.RegisterContact", "-", "--json", status=3, given=body).json["refused"]
    assert refused["code"].startswith("command.") and refused["zh"] and refused["en"]


def test_a_unit_is_told_at_once_that_a_case_is_not_its_business(stack: Running) -> None:
    for words in (("send", "intake.CloseCase", "-"), ("query", "case_board"), ("rebuild",)):
        refused = stack.lianxi(*words, "--as", "u05", "--json", status=3, given=b"{}").json["refused"]
        assert refused["code"] == "command.not_allowed"


def test_a_real_ledger_lets_nobody_set_its_clock(stack: Running, number: Callable[[], str]) -> None:
    body = json.dumps(contact(number())).encode()
    words = ("--time", "2026-01-12T10:00:00+08:00", "send", "intake.RegisterContact", "-", "--json")
    assert stack.lianxi(*words, status=3, given=body).json["refused"]["code"] == "clock.not_simulated"


def test_a_body_just_under_the_limit_is_read_and_one_over_it_is_not(stack: Running) -> None:
    for size, code in ((BYTES_MAX, "command.bad_json"), (BYTES_MAX + 1, "command.too_large")):
        said = stack.lianxi("send", "intake.RegisterContact", "-", "--json", status=3, given=b"x" * size)
        assert said.json["refused"]["code"] == code


# Documents


def test_a_briefing_is_written_three_times_over(stack: Running, registered: tuple[str, int], out: Path) -> None:
    said = stack.lianxi("briefing", "--period", PERIOD, "--out", out, "--json").json
    assert sorted(Path(name).suffix for name in said["documents"]) == [".docx", ".html", ".json"]
    assert all(Path(name).stat().st_size > 1000 for name in said["documents"])
    assert said["figures"]["contacts"] > 0 and len(said["figures_digest"]) == 64
    told = stack.lianxi("briefing", "--period", PERIOD, "--out", out).out.split("\n")
    assert sorted(name for name in told if name) == sorted(said["documents"])
    stack.lianxi("briefing", "--period", PERIOD, "--out", out / "en", "--lang", "en")
    (english,) = (out / "en").glob("*.html")
    assert "Briefing" in english.read_text("utf-8") or "briefing" in english.read_text("utf-8")


def test_a_briefing_of_the_same_position_has_the_same_figures(stack: Running, out: Path) -> None:
    seq = stack.lianxi("query", "contact_register", "--json").json["position"]["seq"]
    words = ("briefing", "--period", PERIOD, "--as-of-seq", seq, "--out", out, "--json")
    assert stack.lianxi(*words).json == stack.lianxi(*words).json


def test_notices_of_a_day_without_any_are_none(stack: Running, out: Path) -> None:
    assert stack.lianxi("notices", "--as-of", "2026-06-30", "--out", out, "--json").json["documents"] == []


# The auditor


def test_the_whole_ledger_is_valid_and_says_so_in_both_languages(stack: Running, registered: tuple[str, int]) -> None:
    report = stack.lianxi("audit", "verify", "--json").json
    assert report["valid"] and report["commits"] >= registered[1] and report["problems"] == []
    assert "校验通过" in stack.lianxi("audit", "verify").out
    assert "Valid" in stack.lianxi("audit", "verify", "--lang", "en").out


def test_an_export_is_verified_without_a_stack_and_a_flipped_byte_is_found(
    stack: Running, registered: tuple[str, int], tmp_path: Path
) -> None:
    key = stack.until("case", "show", registered[0])["case_id"]
    file = tmp_path / "case.ndjson"
    said = stack.lianxi("audit", "export", key, "--out", file, "--json").json
    assert said["commits"] == len(file.read_bytes().splitlines()) >= 2
    assert lianxi(tmp_path / "none", "audit", "verify", "--file", file, "--json").json["valid"]
    raw = file.read_bytes()
    flipped = raw.replace(b'"age_band":"6-13"', b'"age_band":"0-5"', 1)
    assert flipped != raw
    file.write_bytes(flipped)
    told = lianxi(tmp_path / "none", "audit", "verify", "--file", file, status=3)
    assert "校验不通过" in told.err and "#" in told.err
    assert not lianxi(tmp_path / "none", "audit", "verify", "--file", file, "--json", status=3).json["valid"]


def test_every_byte_of_an_export_that_is_flipped_is_found(
    stack: Running, registered: tuple[str, int], tmp_path: Path
) -> None:
    key = stack.until("case", "show", registered[0])["case_id"]
    file = tmp_path / "case.ndjson"
    stack.lianxi("audit", "export", key, "--out", file)
    raw = file.read_bytes()
    assert verify_export(raw).valid
    missed = []
    for line in re.finditer(rb'"commit":(.+)}\n', raw):
        # Every seventh: a few hundred places of each commit, also of the last, for which no later `prev` vouches.
        for place in range(line.start(1), line.end(1), 7):
            flipped = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
            with contextlib.suppress(NotAnExport):
                missed += [place] if verify_export(flipped).valid else []
    assert missed == []


def test_what_is_no_export_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "x"
    for raw in (b"", b"\xff\xfe", b"{}", b"[1]", b'{"seq":1,"subject":"x","commit":{}'):
        file.write_bytes(raw)
        assert "不是导出的账本文件" in lianxi(tmp_path / "none", "audit", "verify", "--file", file, status=2).err


def test_a_rebuild_comes_out_equal_and_says_so_in_both_languages(stack: Running, registered: tuple[str, int]) -> None:
    report = stack.lianxi("rebuild", "--json").json
    assert report["rebuild"] == "equal" and report["commits"] >= registered[1]
    assert "一致" in stack.lianxi("rebuild").out
    assert "equal" in stack.lianxi("rebuild", "--lang", "en").out


def test_the_schemas_and_the_asyncapi_document_are_printed(tmp_path: Path) -> None:
    assert "ReferralIssued.v1" in lianxi(tmp_path / "none", "schema").json
    assert lianxi(tmp_path / "none", "schema", "--asyncapi").json["asyncapi"].startswith("3.")


# The partner


def test_a_unit_listens_from_a_position_and_across_a_broker_that_is_killed(
    stack: Running, number: Callable[[], str]
) -> None:
    # Of which no other test of this stack speaks.
    unit = "u12"
    listening = Background(stack.data, "listen", unit)
    stack.send("duty-city", "intake.RegisterContact", **contact(number(), disposition="B1", unit=unit))
    first = listening.line()
    while not first["subject"].startswith(f"partner.{unit}."):
        # What other tests of this stack told every unit.
        first = listening.line()
    assert [fact["type"] for fact in first["commit"]["facts"]] == ["ReferralIssued.v1"]
    stack.another("broker", stack.kill("broker"))
    entry = contact(number(), disposition="B1", unit=unit)

    body = json.dumps(entry).encode()
    stack.eventually_done("send", "intake.RegisterContact", "-", "--as", "duty-city", given=body)
    second = listening.line()
    while second["seq"] <= first["seq"]:
        # What was printed and not yet acknowledged when the broker died comes again.
        second = listening.line()
    assert listening.stop() == 0
    again = stack.lianxi("listen", unit, "--from", first["seq"], "--count", "2").out.splitlines()
    assert [json.loads(line)["seq"] for line in again] == [first["seq"], second["seq"]]
    later = stack.lianxi("listen", unit, "--from", second["seq"], "--count", "1").out
    assert json.loads(later)["commit"] == second["commit"]
    assert stack.lianxi("listen", unit, "--resume", "--until-idle", "1").out == ""


def test_a_unit_is_answered_about_itself_whatever_it_asks_for(stack: Running, number: Callable[[], str]) -> None:
    for unit in ("u05", "u07"):
        stack.send("duty-city", "intake.RegisterContact", **contact(number(), disposition="B1", unit=unit))

    def waits(asker: str, *more: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = stack.lianxi("todo", "--as", asker, *more, "--json").json["rows"]
        return [row for row in listed if row["task"] == "sign" and row["unit"] == "u07"]

    eventually(lambda: waits("u07"))
    assert waits("u05", "--unit", "u07", "--role", "unit") == []
    asked = stack.lianxi("todo", "--as", "u05", "--unit", "u07", "--role", "coordinator", "--json").json["rows"]
    assert {row["unit"] for row in asked} == {"u05"}


def test_a_command_can_be_written_field_by_field(stack: Running) -> None:
    words = ("send", "referral.ReportProgress", "referral=" + "0" * 26, "measures=visited_family,mediated")
    refused = stack.lianxi(*words, "--as", "u05", "--json", status=3).json["refused"]
    assert refused["code"] == "referral.not_found"


def test_the_codes_of_a_list_can_be_looked_up(stack: Running) -> None:
    assert "调解" in stack.lianxi("codes", "measure").out
    assert stack.lianxi("codes", "nothing", "--json", status=2).json["refused"]["code"] == "codes.unknown_list"
