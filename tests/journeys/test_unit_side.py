"""A unit on its own side: signs, reports, asks, answers and attaches files with its own credential and nothing else."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.contacts import contact
from tests.support.running import Running, eventually

UNIT = "u09"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 800


def referred(stack: Running, number: str, unit: str = UNIT) -> dict[str, Any]:
    """A referral that its unit finds on its list."""
    stack.send("duty-city", "intake.RegisterContact", **contact(number, disposition="B1", unit=unit))
    case = stack.until("case", "show", number)["case_id"]
    key = eventually(lambda: next((row for row in stack.rows("referral", "list") if row["case_id"] == case), None))
    eventually(lambda: [row for row in listed(stack, unit) if row["identity"] == key["referral"]])
    return key


def listed(stack: Running, unit: str = UNIT) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.lianxi("unit", "todo", "--as", unit, "--json").json["rows"]
    return found


def as_unit(stack: Running, *words: object, status: int = 0) -> Any:
    return stack.lianxi("unit", *words, "--as", UNIT, "--json", status=status).json


def test_a_unit_does_its_work_by_the_numbers_on_its_list(stack: Running, number: Callable[[], str]) -> None:
    referral = referred(stack, number())
    named = referral["referral_no"]
    as_unit(stack, "sign", named)
    as_unit(stack, "progress", named, "--measure", "visited_family", "--measure", "mediated")
    refused = as_unit(stack, "return", named, "--ground", "no such ground", status=3)
    assert refused["refused"]["field"] == "ground"
    as_unit(stack, "extend", named, "--days", "3", "--reason", "complex")
    asked = eventually(
        lambda: next((row for row in stack.rows("referral", "list") if row["extension_asked"] == 3), None)
    )
    assert asked["referral"] == referral["referral"]
    stack.send(
        "coordinator", "referral.GrantExtension", command_id=f"grant-{asked['referral']}", referral=asked["referral"]
    )
    done = as_unit(stack, "report", named, "--result", "solved", "--measure", "mediated")
    eventually(lambda: not [row for row in listed(stack) if row["identity"] == referral["referral"]])
    shown = stack.rows("referral", "show", referral["referral"], "--min-seq", done["seq"])[0]
    assert (shown["status"], shown["extensions"], shown["late"]) == ("reported", 1, False)


@pytest.fixture(scope="module")
def signed(stack: Running) -> str:
    referral: str = referred(stack, "UNIT-FILES")["referral"]
    as_unit(stack, "sign", referral)
    return referral


def test_a_file_goes_in_sealed_and_comes_out_as_it_was(stack: Running, signed: str, tmp_path: Path) -> None:
    picture = tmp_path / "现场.png"
    picture.write_bytes(PICTURE)
    first = as_unit(stack, "attach", signed, picture)
    again = as_unit(stack, "attach", signed, picture)
    assert (first["accepted"], first["seq"]) == (again["accepted"], again["seq"])
    out = tmp_path / "out.png"
    given = stack.lianxi("referral", "file", first["accepted"]["id"], "--out", out, "--json").json
    assert out.read_bytes() == PICTURE and given["bytes"] == len(PICTURE)
    kept = [path for path in stack.data.rglob("*") if path.is_file() and PICTURE[300:400] in path.read_bytes()]
    assert kept == []


def test_what_is_on_record_of_a_file_is_its_digest_and_who_saw_it(stack: Running, signed: str, tmp_path: Path) -> None:
    document = tmp_path / "回函.pdf"
    document.write_bytes(b"%PDF-1.7 " + b"x" * 70_000)
    attached = as_unit(stack, "attach", signed, document)["accepted"]["id"]
    stack.lianxi("referral", "file", attached, "--out", tmp_path / "out.pdf", "--json")
    commits = stack.lianxi("audit", "replay", attached, "--json").json
    facts = [fact for commit in commits for fact in commit["facts"]]
    assert facts[0]["sha256"] == hashlib.sha256(document.read_bytes()).hexdigest()
    assert [fact["type"] for fact in facts] == ["FileAttached.v1", "FileViewed.v1"]
    assert "回函" not in str(commits)
    assert "附上材料" in stack.lianxi("audit", "replay", attached).out


def test_a_file_that_is_not_what_it_says_is_refused(stack: Running, signed: str, tmp_path: Path) -> None:
    program = tmp_path / "program.pdf"
    program.write_bytes(b"MZ" + b"\0" * 100)
    assert as_unit(stack, "attach", signed, program, status=3)["refused"]["code"] == "attachment.not_of_that_kind"
    other = tmp_path / "program.exe"
    other.write_bytes(b"MZ")
    assert as_unit(stack, "attach", signed, other, status=2)["refused"]["code"] == "attachment.kind_unknown"
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"")
    assert as_unit(stack, "attach", signed, empty, status=2)["refused"]["code"] == "attachment.too_large"
    assert as_unit(stack, "attach", signed, tmp_path / "nowhere.pdf", status=2)["refused"]["code"] == "file.unusable"


def test_no_other_unit_attaches_to_it_and_no_unit_takes_a_file_out(stack: Running, signed: str, tmp_path: Path) -> None:
    document = tmp_path / "a.pdf"
    document.write_bytes(b"%PDF-1.7 another")
    refused = stack.lianxi("unit", "attach", signed, document, "--as", "u10", "--json", status=3).json["refused"]
    assert refused["code"] == "referral.not_found"
    attached = as_unit(stack, "attach", signed, document)["accepted"]["id"]
    words = ("referral", "file", attached, "--out", tmp_path / "x", "--as", "u10", "--json")
    assert stack.lianxi(*words, status=3).json["refused"]["code"] == "command.not_allowed"


def test_nobody_reads_a_file_on_somebody_elses_view(stack: Running, signed: str, tmp_path: Path) -> None:
    document = tmp_path / "b.pdf"
    document.write_bytes(b"%PDF-1.7 seen by one")
    attached = as_unit(stack, "attach", signed, document)["accepted"]["id"]
    seen = stack.send("coordinator", "referral.ViewFile", command_id=f"v-{attached}", file=attached, purpose="handling")
    stolen = {"command_id": f"r-{attached}", "file": attached, "view": seen["accepted"]["commit"]}
    assert stack.send("supervisor", "referral.ReadFile", 3, **stolen)["refused"]["code"] == "attachment.view_first"
    unseen = stolen | {"view": "0" * 26, "command_id": f"u-{attached}"}
    assert stack.send("coordinator", "referral.ReadFile", 3, **unseen)["refused"]["code"] == "attachment.view_first"


def test_a_coordinator_attaches_for_a_unit_that_works_on_paper(stack: Running, signed: str, tmp_path: Path) -> None:
    document = tmp_path / "paper.pdf"
    document.write_bytes(b"%PDF-1.7 scanned")
    words = ("unit", "attach", signed, document, "--as", "coordinator", "--json")
    assert stack.lianxi(*words, status=3).json["refused"]["code"] == "referral.on_behalf_missing"
    attached = stack.lianxi(*words, "--on-behalf-of", UNIT).json["accepted"]["id"]
    (commit,) = stack.lianxi("audit", "replay", attached, "--json").json
    assert (commit["actor"]["principal"], commit["on_behalf_of"]) == ("coordinator", UNIT)
    assert commit["facts"][0]["method"] == "paper"
    assert datetime.fromisoformat(commit["recorded"]).tzinfo is not None
