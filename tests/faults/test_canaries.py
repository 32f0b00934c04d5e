"""Names, phones and stories go in; not one of them comes out anywhere that is kept, logged or handed to a unit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.support.contacts import contact
from tests.support.running import Running, eventually, running

UNIT = "u05"
# One for each field that people type freely; none is a word, so that none can stand anywhere by chance.
PERSONAL = {
    "duty_officer": "值班鸱鸺甲",
    "caller_name": "来电鸱鸺乙",
    "child_name": "孩子鸱鸺丙",
    "caller_phone": "000-7391-5546",
    "narrative": "学校鸱鸺丁，住址鸱鸺戊路七号。",
    "opinion": "意见鸱鸺己。",
    "result": "结果鸱鸺庚。",
    "remarks": "备注鸱鸺辛。",
    "instruction": "批示鸱鸺壬。",
    "coordination": "协调鸱鸺癸。",
}
CANARIES = tuple(
    text.encode(form) for text in ("鸱鸺", "7391-5546", "73915546") for form in ("utf-8", "gb18030", "utf-16-le")
)
ESCAPED = (b"\\u9e31\\u9e3a", b"%E9%B8%B1%E9%B8%BA")


class Town(Struct, frozen=True):
    """The stack after the canaries' journey; what units received, and what was printed for anybody but the desk."""

    stack: Running
    outputs: dict[str, str]
    documents: Path


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("canaries")
    with running(folder / "data", "--simulated", "--seed", "7") as stack:
        outputs = lived_through(stack, folder / "documents")
        yield Town(stack, outputs, folder / "documents")


def lived_through(stack: Running, documents: Path) -> dict[str, str]:
    """Register, refer, sign, let it grow late, urge, supervise, reply, ask everything, print everything but the form."""

    def at(day: str, who: str, target: str, **fields: Any) -> Any:
        words = ("--time", f"{day}+08:00", "send", target, "-", "--as", who, "--json")
        given = json.dumps({"command_id": f"{target}:{len(done)}"} | fields, default=str).encode()
        done.append(stack.lianxi(*words, given=given).json)
        return done[-1]

    done: list[Any] = []
    typed = {name: PERSONAL[name] for name in PERSONAL if name not in ("instruction", "coordination")}
    first = contact("CANARY-1", disposition="B1", unit=UNIT, child_age=13, **typed)
    at("2026-01-12T10:00:00", "duty-city", "intake.RegisterContact", **first)
    second = contact("CANARY-2", disposition="C1", **typed)
    at("2026-01-12T10:05:00", "duty-city", "intake.RegisterContact", **second)
    referral = eventually(lambda: next(iter(stack.rows("referral", "list")), None))["referral"]
    case = stack.until("case", "show", "CANARY-2")["case_id"]
    instruction = {"instruction_no": "1", "post": "团市委书记", "instruction": PERSONAL["instruction"]}
    at("2026-01-12T11:00:00", "leader", "intake.RecordInstruction", case=case, **instruction)
    coordination = {"units": [UNIT], "measures": ["visited_family"], "coordination": PERSONAL["coordination"]}
    at("2026-01-12T11:10:00", "coordinator", "intake.RecordCoordination", case=case, **coordination)
    at("2026-01-12T14:00:00", UNIT, "referral.SignReferral", referral=referral)
    # Whoever is careless enough to put a number into the id of a command: units read what that command records.
    careless = {"command_id": "caller-73915546"}
    at("2026-04-20T09:00:00", "coordinator", "referral.CheckDeadline", referral=referral, **careless)
    notice = eventually(lambda: next(iter(stack.rows("notice", "list")), None))
    if notice["status"] == "drafted":
        sign_off = {"signatory": "协调办公室主任", "authority_basis": "联席会议制度（示例）第6条"}
        at("2026-04-20T10:00:00", "supervisor", "referral.SignOffNotice", notice=notice["notice"], **sign_off)
    at("2026-04-20T11:00:00", UNIT, "referral.AcknowledgeNotice", notice=notice["notice"])
    outputs = {f"answer {place}": json.dumps(each, ensure_ascii=False) for place, each in enumerate(done)}
    words: list[tuple[Any, ...]] = [
        ("listen", UNIT, "--until-idle", "2"),
        ("audit", "verify"),
        ("rebuild",),
        ("queries",),
    ]
    words += [("audit", "replay", each) for each in (case, referral)]
    words += [("case", "history", "CANARY-1"), ("case", "show", "CANARY-2"), ("notice", "list"), ("referral", "list")]
    words += [("audit", "export", case, "--out", documents / "case.ndjson")]
    words += [("briefing", "--period", "2026-01-12..2026-04-30", "--out", documents)]
    words += [("--time", "2026-04-21T09:00:00+08:00", "notices", "--as-of", "2026-04-21", "--out", documents)]
    for each in stack.lianxi("queries", "--json").json["queries"]:
        if not any(parameter["required"] for parameter in each["parameters"]):
            words.append(("query", each["name"], "--csv"))
    documents.mkdir()
    for each in words:
        said = stack.lianxi(*each)
        outputs[" ".join(map(str, each))] = said.out + said.err
    # A refused command may hold the same words.
    refused = json.dumps(first | {"command_id": "refused", "region": "999999"}).encode()
    bad = ("--time", "2026-04-21T10:00:00+08:00", "send", "intake.RegisterContact", "-", "--as", "duty-city")
    outputs["refused"] = stack.lianxi(*bad, given=refused, status=3).err
    return outputs


def found_in(raw: bytes) -> list[bytes]:
    return [canary for canary in (*CANARIES, *ESCAPED) if canary.lower() in raw.lower()]


def test_a_canary_that_does_leak_would_be_found() -> None:
    assert found_in(PERSONAL["child_name"].encode()) and found_in(json.dumps(PERSONAL["opinion"]).encode())
    assert found_in(b"call 73915546 now")


def test_no_file_of_the_data_folder_holds_a_canary(town: Town) -> None:
    files = [path for path in town.stack.data.rglob("*") if path.is_file()]
    kinds = {path.name for path in files} | {path.suffix for path in files}
    # The store, the read models and the logs are among what was looked at.
    assert {".blk", ".log", ".db"} <= kinds and any("read-models" in str(path) for path in files)
    assert {str(path): found_in(path.read_bytes()) for path in files if found_in(path.read_bytes())} == {}


def test_no_document_and_no_export_holds_a_canary(town: Town) -> None:
    from zipfile import ZipFile

    files = [path for path in town.documents.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".docx", ".html", ".json", ".ndjson"}
    assert any(path.name.startswith("notice-") for path in files)
    for path in files:
        parts = [path.read_bytes()]
        if path.suffix == ".docx":
            with ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        assert [canary for part in parts for canary in found_in(part)] == [], path.name


def test_nothing_that_was_printed_or_received_holds_a_canary(town: Town) -> None:
    assert f"listen {UNIT} --until-idle 2" in town.outputs
    assert {name: found_in(said.encode()) for name, said in town.outputs.items() if found_in(said.encode())} == {}


def test_the_unit_did_receive_its_referral_and_its_notice(town: Town) -> None:
    feed = town.outputs[f"listen {UNIT} --until-idle 2"]
    assert "ReferralIssued.v1" in feed and "NoticeServed.v1" in feed


def test_the_desk_itself_is_shown_what_it_typed(town: Town, tmp_path: Path) -> None:
    words = ("--time", "2026-04-22T09:00:00+08:00", "register", "CANARY-1", "--out", tmp_path)
    town.stack.lianxi(*words)
    (form,) = tmp_path.glob("*.html")
    assert "鸱鸺丙" in form.read_text("utf-8")
    assert [path for path in town.stack.data.rglob("*") if path.is_file() and found_in(path.read_bytes())] == []
