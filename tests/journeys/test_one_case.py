"""One case's whole road by commands alone: what people type, and what the case's history says of it afterwards."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.support.contacts import contact
from tests.support.running import Running, eventually

UNIT = "u05"
ANSWERS = {"reached": True, "answered": True, "solved": True, "satisfied": True}


class Road(Struct, frozen=True):
    """What is known of the case that went the whole road."""

    number: str
    case: str
    referral: str
    closed: int


def referred(stack: Running, number: str) -> dict[str, Any]:
    """Register a contact that is referred; its referral, once it is issued."""
    stack.send("duty-city", "intake.RegisterContact", **contact(number, disposition="B1", unit=UNIT))
    case = stack.until("case", "show", number)["case_id"]

    def issued() -> dict[str, Any] | None:
        return next((row for row in stack.rows("referral", "list") if row["case_id"] == case), None)

    return eventually(issued)


@pytest.fixture(scope="module")
def road(stack: Running) -> Road:
    """Register -> refer -> sign -> progress -> report -> verify -> call back -> close."""
    number = "ROAD-1"
    referral = referred(stack, number)
    key, case = referral["referral"], referral["case_id"]
    day = datetime.fromisoformat(referral["issued"]).date().isoformat()
    report = {"result": "solved", "measures": ["visited_family"], "handled_on": day, "replied_to_caller_on": day}
    for who, verb, fields in (
        (UNIT, "referral.SignReferral", {}),
        (UNIT, "referral.ReportProgress", {"measures": ["visited_family"]}),
        (UNIT, "referral.ReportResult", report),
        ("coordinator", "referral.VerifyReport", {}),
    ):
        stack.send(who, verb, command_id=f"road:{verb}", referral=key, **fields)
    # What came of the referral reaches the case by a reaction.
    eventually(lambda: stack.until("case", "show", number)["status"] == "awaiting_callback")
    stack.send("coordinator", "intake.RecordCallback", command_id=f"call:{number}", case=case, **ANSWERS)
    closed = stack.send("coordinator", "intake.CloseCase", command_id=f"close:{number}", case=case, code="resolved")
    return Road(number, case, key, closed["seq"])


def test_the_case_history_tells_the_whole_road_in_chinese(stack: Running, road: Road) -> None:
    told = stack.lianxi("case", "history", road.number, "--min-seq", road.closed).out
    steps = ("登记来电", "立案", "受理", "转办", "签收", "阶段反馈", "办结反馈", "审核通过", "完成回访", "结案")
    places = [told.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)
    assert ".v1" not in told


def test_the_case_history_is_told_in_english_too(stack: Running, road: Road) -> None:
    told = stack.lianxi("case", "history", road.case, "--lang", "en", "--min-seq", road.closed).out
    assert all(step in told for step in ("Contact registered", "Referral issued", "Report verified", "Case closed"))


def test_the_history_for_machines_keeps_the_types_and_hashes(stack: Running, road: Road) -> None:
    rows = stack.rows("case", "history", road.number, "--min-seq", road.closed)
    types = [row["type"] for row in rows if row["type"] != "RegistrationViewed.v1"]
    assert (types[0], types[-1]) == ("ContactRegistered.v1", "CaseClosed.v1")
    assert all(len(row["hash"]) == 64 for row in rows)


def test_the_case_shows_as_closed_in_words_and_as_a_code(stack: Running, road: Road) -> None:
    (row,) = stack.rows("case", "show", road.number, "--min-seq", road.closed)
    assert (row["case_id"], row["status"], row["closure_code"]) == (road.case, "closed", "resolved")
    shown = stack.lianxi("case", "show", road.case).out
    assert "已办结" in shown and "状态" in shown


def test_the_referral_shows_as_verified(stack: Running, road: Road) -> None:
    (row,) = stack.rows("referral", "show", road.referral, "--min-seq", road.closed)
    assert (row["status"], row["unit"], row["result"]) == ("verified", UNIT, "solved")
    by_number = stack.lianxi("referral", "show", row["referral_no"]).out
    assert "已审核" in by_number and road.referral in by_number
    assert row["referral_no"] in stack.lianxi("referral", "list").out


def test_the_unit_heard_of_its_referral_and_of_no_case(stack: Running, road: Road) -> None:
    heard = stack.lianxi("listen", UNIT, "--until-idle", "2").out
    own = [line for line in heard.splitlines() if road.referral in line]
    types = [fact["type"] for line in own for fact in json.loads(line)["commit"]["facts"]]
    expected = ["ReferralIssued", "ReferralSigned", "ProgressReported", "FinalReported", "ReportVerified"]
    assert types == [f"{each}.v1" for each in expected]
    assert road.case not in heard and road.number not in heard


def test_an_auditor_replays_it_with_a_hash_for_each_commit(stack: Running, road: Road) -> None:
    told = stack.lianxi("audit", "replay", road.case).out
    commits = stack.lianxi("audit", "replay", road.case, "--json").json
    assert all(commit["hash"] in told and f"#{commit['seq']} " in told for commit in commits)
    assert "登记来电" in told and "结案" in told and "密封 3 项" in told
    assert "Case closed" in stack.lianxi("audit", "replay", road.case, "--lang", "en").out


def test_a_closed_case_is_refused_another_referral_in_both_languages(stack: Running, road: Road) -> None:
    body = json.dumps({"command_id": "again", "case": road.case, "unit": UNIT}).encode()
    words = ("send", "intake.RequestReferral", "-", "--as", "coordinator")
    refused = stack.lianxi(*words, "--json", given=body, status=3).json["refused"]
    assert refused["zh"] in stack.lianxi(*words, given=body, status=3).err
    assert refused["en"] in stack.lianxi(*words, "--lang", "en", given=body, status=3).err


def test_the_same_command_again_is_answered_as_before(stack: Running, number: Callable[[], str]) -> None:
    entry = contact(number())
    first = stack.send("duty-city", "intake.RegisterContact", **entry)
    assert stack.send("duty-city", "intake.RegisterContact", **entry) == first


def test_a_command_id_is_not_taken_for_another_content(stack: Running, number: Callable[[], str]) -> None:
    entry = contact(number())
    stack.send("duty-city", "intake.RegisterContact", **entry)
    other = stack.send("duty-city", "intake.RegisterContact", status=3, **(entry | {"opinion": "另一意见。"}))
    assert other["refused"]["code"] == "command.id_reused"


def test_the_printed_form_holds_what_was_typed_and_its_view_is_on_record(stack: Running, road: Road, out: Path) -> None:
    said = stack.lianxi("register", road.number, "--out", out, "--json").json
    assert sorted(name.rsplit(".")[-1] for name in said["documents"]) == ["docx", "html", "json"]
    html = next(name for name in said["documents"] if name.endswith("html"))
    assert "孩子不愿上学。" in Path(html).read_text("utf-8")
    facts = [
        fact["type"] for each in stack.lianxi("audit", "replay", road.case, "--json").json for fact in each["facts"]
    ]
    assert facts[-1] == "RegistrationViewed.v1"


def test_the_form_is_printed_as_it_stood_at_a_past_position_and_the_view_says_of_which(
    stack: Running, road: Road, out: Path
) -> None:
    history = stack.rows("case", "history", road.number, "--min-seq", road.closed)
    (opened,) = [row["seq"] for row in history if row["type"] == "CaseOpened.v1"]
    (closed,) = [row["seq"] for row in history if row["type"] == "CaseClosed.v1"]
    pages = {}
    for at in (opened, closed):
        stack.lianxi("register", road.case, "--as-of-seq", at, "--out", out / str(at))
        (page,) = (out / str(at)).glob("*.html")
        pages[at] = page.read_text("utf-8")
    assert "已解决" not in pages[opened] and "已解决" in pages[closed]
    (head,) = [row["hash"] for row in history if row["seq"] == opened][:1]
    assert head in pages[opened] and "孩子不愿上学。" in pages[opened]
    views = [
        fact.get("as_of")
        for each in stack.lianxi("audit", "replay", road.case, "--json").json
        for fact in each["facts"]
        if fact["type"] == "RegistrationViewed.v1"
    ]
    assert views[-2:] == [opened, closed]
    # By its number it is looked for as of then: there was no such case before.
    early = stack.lianxi("register", road.case, "--as-of-seq", opened - 1, "--out", out / "early", status=3)
    assert "那时还没有这个案件" in early.err and not (out / "early").exists()
    stack.lianxi("register", road.case, "--as-of-seq", 10**9, "--out", out / "early", status=4)
    assert not (out / "early").exists()


def test_nobody_but_the_desk_and_the_coordinator_is_shown_a_form(stack: Running, road: Road, out: Path) -> None:
    for who in ("supervisor", UNIT, "auditor"):
        stack.lianxi("register", road.case, "--out", out, "--as", who, status=3)
    assert not out.exists()
