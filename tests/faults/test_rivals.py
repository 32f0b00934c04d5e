"""The same moment twice: two coordinators on one case, and one command sent by an impatient hand."""

import asyncio
import itertools
from typing import Any

from services.bus.client import Client, Reply
from tests.support.contacts import contact
from tests.support.running import Running

ROUNDS = 12
BOUND_SECONDS = 30.0
_numbers = itertools.count(1)


async def accepted_case(client: Client) -> str:
    """A case that is ready to be referred."""
    number = f"RIVAL-{next(_numbers)}"
    reply = await client.send("intake", "RegisterContact", contact(number, disposition="C1"))
    assert not reply.refused, reply.refused
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            found = await client.query("case", {"case": number}, min_seq=reply.seq)
            if found.body.get("rows"):
                row = dict(zip(found.body["columns"], found.body["rows"][0], strict=True))
                return str(row["case_id"])
            await asyncio.sleep(0.01)


async def facts_of(stack: Running, case: str) -> list[Any]:
    return [fact for each in await stack.commits() if each.commit.key == case for fact in each.commit.facts]


async def test_of_two_coordinators_one_wins_and_the_other_learns_what_changed(stack: Running) -> None:
    async with stack.client("coordinator") as one, stack.client("coordinator2") as two:
        for turn in range(ROUNDS):
            case = await accepted_case(one)
            replies = await asyncio.gather(
                *(
                    client.send(
                        "intake",
                        "RequestReferral",
                        {"command_id": f"rival:{turn}", "case": case, "unit": unit, "seen": 1},
                    )
                    for client, unit in ((one, "u05"), (two, "u07"))
                )
            )
            (won,) = [reply for reply in replies if not reply.refused]
            (lost,) = [reply.refused for reply in replies if reply.refused]
            winner = "coordinator" if replies[0] is won else "coordinator2"
            assert lost["code"] == "aggregate.changed"
            for sentence in (lost["zh"], lost["en"]):
                assert "ReferralRequested" in sentence or "拟转办" in sentence or "Referral requested" in sentence
                assert winner in sentence


async def test_of_two_closures_one_is_on_record_and_the_other_is_told(stack: Running) -> None:
    answers = {"reached": True, "answered": True, "solved": True, "satisfied": True}
    async with stack.client("coordinator") as one, stack.client("coordinator2") as two:
        case = await accepted_case(one)
        measures = {"units": ["u05"], "measures": ["visited_family"]}
        for verb, fields in (("RecordCoordination", measures), ("RecordCallback", answers)):
            reply = await one.send("intake", verb, {"command_id": f"{verb}:{case}", "case": case} | fields)
            assert not reply.refused, reply.refused
        replies = await asyncio.gather(
            *(
                client.send("intake", "CloseCase", {"command_id": "close", "case": case, "code": code})
                for client, code in ((one, "resolved"), (two, "partly_resolved"))
            )
        )
        assert sorted(bool(reply.refused) for reply in replies) == [False, True]
        (lost,) = [reply.refused for reply in replies if reply.refused]
        assert lost["code"].startswith(("aggregate.changed", "case.")) and lost["zh"] and lost["en"]
    closures = [type(fact).__name__ for fact in await facts_of(stack, case) if type(fact).__name__ == "CaseClosed"]
    assert closures == ["CaseClosed"]


async def test_the_same_command_five_times_is_one_event_and_five_equal_answers(stack: Running) -> None:
    async with stack.client("coordinator") as client:
        for turn in range(ROUNDS):
            entry = contact(f"FIVE-{turn}")

            async def send(entry: dict[str, Any] = entry) -> Reply:
                return await client.send("intake", "RegisterContact", entry)

            replies = await asyncio.gather(*(send() for _ in range(5)))
            later = await send()
            assert all(reply.body == replies[0].body and not reply.refused for reply in (*replies, later))
            assert later.repeated
    ids = [
        each.commit.command_id for each in await stack.commits() if each.commit.command_id.startswith("register:FIVE")
    ]
    assert sorted(ids) == sorted(f"register:FIVE-{turn}" for turn in range(ROUNDS))


async def test_two_connections_that_send_the_same_command_get_one_answer(stack: Running) -> None:
    async with stack.client("coordinator") as one, stack.client("coordinator") as two:
        case = await accepted_case(one)
        command = {"command_id": "both", "case": case, "unit": "u05"}
        replies = await asyncio.gather(*(each.send("intake", "RequestReferral", command) for each in (one, two) * 3))
    assert all(reply.body == replies[0].body and not reply.refused for reply in replies)
    requested = [fact for fact in await facts_of(stack, case) if type(fact).__name__ == "ReferralRequested"]
    assert len(requested) == 1
