"""Whatever bytes are sent to a service: a typed refusal that does not repeat them, and the next good command is answered."""

import itertools
import json
from typing import Any

import nats.errors
import pytest

from services.bus.client import Client
from services.bus.decoding import BYTES_MAX
from tests.support.contacts import CONTACT, contact
from tests.support.running import Running

# Stands in every bad body, so that no refusal can repeat any of it unseen.
CANARY = "Xk9canary99900007777"
GOOD = CONTACT | {"command_id": "good", "number": "BAD-0", "narrative": CANARY}
SIGN = {"command_id": "sign", "referral": "0" * 26}
_numbers = itertools.count(1)

IDS = {
    "star": "*",
    "greater": ">",
    "dot": "a.b",
    "newline": "a\nb",
    "space": "a b",
    "1000 characters": "A" * 1000,
    "lone surrogate": "\ud800",
    "nul": "a\x00b",
    "right to left": "a\u202eb",
    "empty": "",
    "path": "../../etc/passwd",
    "template": "{field}{0.__class__}%s",
    "full width": "ＡＢＣ",
}


def body(fields: dict[str, Any], **changes: Any) -> bytes:
    # ASCII: a lone surrogate has no other way onto the wire.
    return json.dumps(fields | changes).encode()


def damaged(good: dict[str, Any]) -> dict[str, bytes]:
    raw = body(good)
    return {
        "empty": b"",
        "spaces": b"  \n",
        "null": b"null",
        "array": b"[" + raw + b"]",
        "string": json.dumps(CANARY).encode(),
        "number": b"99900007777",
        "cut off": raw[:-5],
        "two documents": raw + raw,
        "unknown field": body(good, colour=CANARY),
        "unknown field that is a number": body(good, **{"99900007777": CANARY}),
        "unknown field in Chinese": body(good, 姓名=CANARY),
        "wrong type of id": body(good, command_id=99900007777),
        "list for a text": body(good, command_id=[CANARY]),
        "object for a text": body(good, command_id={CANARY: CANARY}),
        "nan": raw[:-1] + b', "seen": NaN}',
        "infinity": raw[:-1] + b', "seen": Infinity}',
        "minus infinity": raw[:-1] + b', "seen": -Infinity}',
        "1e999": raw[:-1] + b', "seen": 1e999}',
        "fraction": raw[:-1] + b', "seen": 1.5}',
        "negative": raw[:-1] + b', "seen": -1}',
        "number of 5000 digits": raw[:-1] + b', "seen": ' + b"9" * 5000 + b"}",
        "duplicate key": raw[:-1] + b', "command_id": "other"}',
        "invalid utf-8": raw[:-1] + b', "seen": "\xff\xfe"}',
        "utf-16": raw.decode().encode("utf-16"),
        "byte order mark": b"\xef\xbb\xbf" + raw,
        "nested 1000 times": raw[:-1] + b', "seen": ' + b"[" * 1000 + b"]" * 1000 + b"}",
        "opened 100000 times": b"[" * 100_000,
        "objects 1000 times": b'{"a":' * 1000 + b"1" + b"}" * 1000,
        "just over the limit": raw[:-1] + b" " * BYTES_MAX + b"}",
        "time without a zone": body(good, occurred="2026-01-12T09:30:00"),
        "time that is none": body(good, occurred="2026-02-30T09:30:00+08:00"),
        "year 1": body(good, occurred="0001-01-01T00:00:00+14:00"),
        "year 9999": body(good, occurred="9999-12-31T23:59:59-12:00"),
        "second 60": body(good, occurred="2026-01-12T09:30:60+08:00"),
    }


def ids(good: dict[str, Any], *names: str) -> dict[str, bytes]:
    return {f"{name} is {how}": body(good, **{name: text}) for name in names for how, text in IDS.items()}


def command_ids(good: dict[str, Any]) -> dict[str, bytes]:
    """As above; a dot may stand in a command's id, which is part of no subject."""
    return {name: raw for name, raw in ids(good, "command_id").items() if name != "command_id is dot"}


def numbers(good: dict[str, Any]) -> dict[str, bytes]:
    """On paper a number may hold dots and spaces, and look odd: it is hashed, never a part of a subject."""
    bad = ("star", "greater", "newline", "1000 characters", "lone surrogate", "nul", "right to left", "empty")
    return {f"number is {how}": body(good, number=IDS[how]) for how in bad}


def texts(good: dict[str, Any], *names: str) -> dict[str, bytes]:
    bad = {how: IDS[how] for how in ("lone surrogate", "nul", "right to left")}
    bad |= {"8001 characters": "长" * 8001, "combining marks": "e" + "\u0301" * 50, "zero width": "a\u200bb"}
    return {f"{name} is {how}": body(good, **{name: text}) for name in names for how, text in bad.items()}


INTAKE = (
    damaged(GOOD)
    | command_ids(GOOD)
    | numbers(GOOD)
    | ids(GOOD, "desk", "region", "unit")
    | texts(GOOD, "narrative", "remarks")
)
REFERRAL = damaged(SIGN) | command_ids(SIGN) | ids(SIGN, "referral", "method")
PLAN = {
    "command_id": "good", "organ": "rights_posts", "starts": "2026-01-12T09:30:00", "place": "Hall", "chair": "Chair",
}  # fmt: skip
REPORT = {"command_id": "good", "resolution": "R" * 26, "result": "done", "measures": ["mediated"]}
MEETING = (
    damaged(PLAN)
    | command_ids(PLAN)
    | ids(PLAN, "organ")
    | texts(PLAN, "place", "chair")
    | {
        f"starts {each}": body(PLAN, starts=each)
        for each in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "x")
    }
)
RESOLUTION = damaged(REPORT) | command_ids(REPORT) | ids(REPORT, "resolution", "method", "on_behalf_of")
QUERY = {"params": {"case": "BAD-0"}}
QUERIES = {
    name: raw
    for name, raw in damaged(QUERY).items()
    # What these change is a field of commands.
    if "id" not in name and "text" not in name and name not in ("duplicate key", "time without a zone")
} | {
    "duplicate key": b'{"params": {}, "params": {}}',
    "parameter unknown": body({"params": {CANARY: "x"}}),
    "parameter of another type": body({"params": {"case": [CANARY]}}),
    "parameter is a fraction": body({"params": {"case": 1.5}}),
    "position is a text": body(QUERY, min_seq=CANARY),
    "position is negative": body(QUERY, min_seq=-1),
    "position is enormous": body(QUERY, min_seq=10**30),
    "position is over 63 bits": body(QUERY, as_of=2**63),
    **{
        f"case is {how}": body({"params": {"case": text}})
        for how, text in IDS.items()
        if how in ("newline", "1000 characters", "lone surrogate", "nul", "right to left", "empty")
    },
}


async def answered(client: Client, subject: str, raw: bytes) -> dict[str, Any]:
    """Sent as a hostile client would, past every check of our own client."""
    reply = await client.connection.request(subject, raw, timeout=20)
    said: dict[str, Any] = json.loads(reply.data)
    return said


def assert_typed(said: dict[str, Any], name: str) -> None:
    assert list(said) == ["refused"], (name, said)
    refused = said["refused"]
    assert set(refused) == {"code", "zh", "en", "field"}, (name, refused)
    aggregate, _, reason = refused["code"].partition(".")
    assert aggregate and reason, (name, refused)
    # A code without sentences of its own gets a general one: then somebody forgot to write them.
    assert refused["code"] not in refused["zh"] and refused["code"] != "service.failed", (name, refused)
    told = json.dumps(refused, ensure_ascii=False)
    assert CANARY not in told and "99900007777" not in told and "passwd" not in told, (name, refused)
    assert "\\u202e" not in json.dumps(refused) and len(told) < 1000, (name, refused)


@pytest.mark.parametrize(
    ("who", "subject", "bodies"),
    [
        ("coordinator", "cmd.intake.coordinator.RegisterContact", INTAKE),
        ("u05", "cmd.referral.u05.SignReferral", REFERRAL),
        ("coordinator", "cmd.meeting.coordinator.PlanMeeting", MEETING),
        ("u05", "cmd.meeting.u05.ReportResolution", RESOLUTION),
        ("coordinator", "qry.projections.coordinator.case", QUERIES),
    ],
    ids=["intake", "referral", "meeting", "resolution", "query"],
)
async def test_bad_input_gets_a_typed_refusal_that_does_not_repeat_it(
    stack: Running, who: str, subject: str, bodies: dict[str, bytes]
) -> None:
    async with stack.client(who) as client:
        for name, raw in bodies.items():
            assert_typed(await answered(client, subject, raw), name)


@pytest.mark.parametrize("verb", ["Fly", "registercontact", "RegisterContact\u202e", "99900007777", "{0}", "注册"])
async def test_a_verb_or_query_of_any_spelling_is_refused(stack: Running, verb: str) -> None:
    async with stack.client("coordinator") as client:
        services = ("cmd.intake", "cmd.referral", "cmd.meeting", "qry.projections")
        for subject in (f"{service}.coordinator." for service in services):
            assert_typed(await answered(client, subject + verb, body(GOOD)), subject + verb)


async def test_ten_megabytes_do_not_come_through_and_do_no_harm(stack: Running) -> None:
    async with stack.client("coordinator") as client:
        reply = await client.send("intake", "RegisterContact", b"x" * (10 * 2**20))
        assert reply.refused is not None and reply.refused["code"] == "command.too_large"
        with pytest.raises(nats.errors.MaxPayloadError):
            await client.connection.publish("cmd.intake.coordinator.RegisterContact", b"x" * (10 * 2**20))
    async with stack.client("coordinator") as another:
        await good(another)


async def good(client: Client) -> None:
    reply = await client.send("intake", "RegisterContact", contact(f"GOOD-{next(_numbers)}"))
    assert not reply.refused, reply.refused


async def test_after_all_that_the_services_answer_a_good_command(stack: Running) -> None:
    before = {part: stack.pid(part) for part in ("broker", "deciders", "projections")}
    async with stack.client("coordinator") as client:
        for raw in INTAKE.values():
            await answered(client, "cmd.intake.coordinator.RegisterContact", raw)
        await good(client)
        found = await client.query("case_board", {})
        assert found.body["columns"]
    assert {part: stack.pid(part) for part in before} == before


async def test_nothing_bad_was_recorded_or_logged(stack: Running) -> None:
    for each in await stack.commits():
        assert each.commit.command_id != "good"
    for log in (stack.data / "logs").iterdir():
        assert CANARY not in log.read_text("utf-8", "replace")
