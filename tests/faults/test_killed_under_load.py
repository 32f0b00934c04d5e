"""Broker and services killed with -9 while sixteen people type: nothing acknowledged is lost, nothing is there twice."""

import asyncio
import contextlib
from collections import Counter
from typing import Any

import pytest

from services.bus import client as module
from services.bus.client import Client, Reply
from services.console.output import UNAVAILABLE_CODES
from services.demo.settling import NotSettled, Settling
from tests.support.contacts import contact
from tests.support.running import Running, eventually

SENDERS, KILLS = 16, 3
AFTER_THE_LAST_KILL = 3
BOUND_SECONDS = 60.0
REFERRED = {"disposition": "B1", "unit": "u05"}
SILENT = {"contact_type": "non_substantive", "category": "90", "disposition": "H1"}


class Sender:
    """One person who types on, and who sends again what was not answered."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name
        self.sent: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.unknown = 0

    async def type_until(self, stop: asyncio.Event, answered: asyncio.Semaphore) -> None:
        """Every command once, whatever becomes of it, until `stop` and then a few more."""
        left = AFTER_THE_LAST_KILL
        while left:
            number = f"{self._name}-{len(self.sent) + 1}"
            # Most are calls that open no case: reactions are made one by one, and their backlog is not the subject here.
            entry = contact(number, **(REFERRED if len(self.sent) % 4 == 0 else SILENT))
            self.sent.append(entry)
            reply = await self._send(entry)
            if not reply.refused:
                self.answers[entry["command_id"]] = reply.body
                answered.release()
            left -= stop.is_set()

    async def settle(self) -> None:
        """Send everything again: what was answered is answered alike, what was not gets its one answer."""
        for entry in self.sent:
            async with asyncio.timeout(BOUND_SECONDS):
                while (reply := await self._send(entry)).refused:
                    pass
            assert self.answers.setdefault(entry["command_id"], reply.body) == reply.body

    async def _send(self, entry: dict[str, Any]) -> Reply:
        reply = await self._client.send("intake", "RegisterContact", entry)
        if reply.refused:
            # Nothing but "send it again" may come of a kill.
            assert reply.refused["code"] in UNAVAILABLE_CODES, reply.refused
            self.unknown += 1
        return reply


@pytest.mark.parametrize("part", ["broker", "deciders", "projections"])
async def test_nothing_acknowledged_is_lost_and_nothing_stands_twice(
    stack: Running, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    # A sender of this load does not wait ten seconds for an answer that a dead process owes.
    monkeypatch.setattr(module, "COMMAND_TIMEOUT_SECONDS", 1.0)
    stop = asyncio.Event()
    async with stack.client("coordinator") as client:
        senders = [Sender(client, f"{part.upper()}-{place}") for place in range(SENDERS)]

        answered = asyncio.Semaphore(0)

        async def disturb() -> None:
            for _ in range(KILLS):
                async with asyncio.timeout(BOUND_SECONDS):
                    for _ in range(SENDERS):
                        await answered.acquire()
                await stack.killed_and_back(part)
            stop.set()

        await asyncio.gather(disturb(), *(sender.type_until(stop, answered) for sender in senders))
        await asyncio.gather(*(sender.settle() for sender in senders))
    await on_record_once(stack, senders)
    if part != "projections":
        assert sum(sender.unknown for sender in senders) > 0
    await at_rest(stack)
    report = (await asyncio.to_thread(stack.lianxi, "audit", "verify", "--json")).json
    assert report["valid"], report["problems"]
    assert (await asyncio.to_thread(rebuilt, stack)) == "equal"


async def on_record_once(stack: Running, senders: list[Sender]) -> None:
    """Each command is in the ledger exactly once, at the position that its sender was told."""
    expected = {key: answer["seq"] for sender in senders for key, answer in sender.answers.items()}
    assert expected.keys() == {entry["command_id"] for sender in senders for entry in sender.sent}
    found = [each for each in await stack.commits() if each.commit.command_id in expected]
    assert [key for key, count in Counter(each.commit.command_id for each in found).items() if count > 1] == []
    assert {each.commit.command_id: each.seq for each in found} == expected


async def at_rest(stack: Running) -> None:
    """Every reaction to what was recorded is recorded too, and the read models have it all."""
    settling = await Settling.open(stack.data)
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            head = None
            while head is None:
                # On a busy machine the backlog of reactions takes longer than the demo allows it.
                with contextlib.suppress(NotSettled):
                    head = await settling.settled()
    finally:
        await settling.close()
    await asyncio.to_thread(stack.eventually_done, "query", "case_board", "--min-seq", head)


def rebuilt(stack: Running) -> str:
    def report() -> str | None:
        said = stack.lianxi_maybe("rebuild")
        return str(said.json["rebuild"]) if said.status == 0 else None

    return eventually(report)


async def test_every_referral_that_was_asked_for_was_issued_once(stack: Running) -> None:
    """After whatever this folder's tests did to the stack."""
    await at_rest(stack)
    facts = [fact for each in await stack.commits() for fact in each.commit.facts]
    kinds = Counter(type(fact).__name__ for fact in facts)
    assert kinds["ReferralRequested"] == kinds["ReferralIssued"]
    numbers = [fact.referral_no for fact in facts if type(fact).__name__ == "ReferralIssued"]
    assert len(set(numbers)) == len(numbers)
