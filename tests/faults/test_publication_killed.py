"""The service killed with -9 while briefings are issued: every number once, none left out, and a bulletin with each."""

import asyncio

import pytest

from events.briefing import BriefingIssued
from events.bulletin import BulletinIssued
from events.notice import NumberAssigned
from services.bus import client as module
from services.bus.client import Client, Reply
from services.console.output import UNAVAILABLE_CODES
from tests.support.contacts import contact
from tests.support.running import Running

BRIEFINGS = 12
# The kill comes when so many are on record: in the midst of the others.
KILLED_AFTER = 3
BOUND_SECONDS = 90.0
PERIOD = {"kind": "briefing", "start": "2026-01-01", "end": "2026-03-31"}


async def insist(client: Client, verb: str, command_id: str, **fields: object) -> Reply:
    """Send it until it is answered: nothing but "send it again" may come of a kill."""
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            reply = await client.send("publication", verb, {"command_id": command_id} | fields)
            if not reply.refused:
                return reply
            assert reply.refused["code"] in UNAVAILABLE_CODES | {"aggregate.busy"}, reply.refused


async def test_killed_while_it_issues_it_gives_every_number_once(
    stack: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stack.client("coordinator") as coordinator, stack.client("supervisor") as supervisor:
        assert not (await coordinator.send("intake", "RegisterContact", contact("PUBLISHED-1"))).refused
        keys = []
        for place in range(BRIEFINGS):
            generated = await insist(coordinator, "GenerateBriefing", f"generate-{place}", **PERIOD)
            await insist(supervisor, "ReviewBriefing", f"review-{place}", briefing=generated.id)
            keys.append(generated.id)
        # A sender does not wait ten seconds for an answer that a dead process owes.
        monkeypatch.setattr(module, "COMMAND_TIMEOUT_SECONDS", 1.0)
        issued = asyncio.Semaphore(0)

        async def issue(place: int, key: str) -> Reply:
            fields = {"briefing": key, "issue_to": ["member_units"], "copies": 1}
            reply = await insist(supervisor, "IssueBriefing", f"issue-{place}", **fields)
            issued.release()
            return reply

        async def disturb() -> None:
            for _ in range(KILLED_AFTER):
                await issued.acquire()
            await stack.killed_and_back("deciders")

        replies = asyncio.gather(*(issue(place, key) for place, key in enumerate(keys)))
        await asyncio.gather(disturb(), replies)
        again = await asyncio.gather(*(issue(place, key) for place, key in enumerate(keys)))
        assert [each.body for each in again] == [each.body for each in replies.result()]
        assert all(each.repeated for each in again)
    found = await stack.commits()
    numbers = sorted(
        (fact.issue_no, fact.total_no)
        for each in found
        for fact in each.commit.facts
        if isinstance(fact, BriefingIssued) and each.commit.key in keys
    )
    assert numbers == [(place, place) for place in range(1, BRIEFINGS + 1)]
    assigned = [
        fact.number
        for each in found
        for fact in each.commit.facts
        if isinstance(fact, NumberAssigned) and fact.to in keys
    ]
    # Of the year, of all, and of the words to the units.
    assert sorted(assigned) == sorted([*range(1, BRIEFINGS + 1)] * 3)
    told = [each.commit.key for each in found if any(isinstance(fact, BulletinIssued) for fact in each.commit.facts)]
    assert sorted(told) == sorted(keys)
    report = (await asyncio.to_thread(stack.lianxi, "audit", "verify", "--json")).json
    assert report["valid"], report["problems"]
