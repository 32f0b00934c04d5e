"""A briefing from its figures to every unit's feed: real services on a real broker, and two of them at the same number."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from events import commit as commits
from events import subjects
from events.briefing import BriefingIssued
from events.bulletin import BulletinIssued
from events.commit import Actor
from events.numbering import HEARD, series_of
from events.partner import decode
from services.bus.client import Client, Reply
from services.bus.clock import CHINA
from services.bus.request import Accepted, Request
from services.console.listening import feed
from services.decision import Refused
from services.ledger import Ledger
from services.publication.app import Publications
from services.publication.briefing import Computed
from services.publication.figures import Figures
from tests.support.brokers import Bus
from tests.support.commits import following
from tests.support.contacts import contact
from tests.support.running import Running, running

START, END = "2026-01-01", "2026-03-31"
# A month of which one test alone speaks.
IN_MAY = "2026-05-04T09:30:00+08:00"
ISSUE = {"report_to": ["committee"], "issue_to": ["member_units"], "copies": 40}
IDLE_SECONDS = 1.0
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One stack for the tests of this file."""
    with running(tmp_path_factory.mktemp("publication") / "data") as stack:
        yield stack


class Office:
    """Everybody who has to do with a briefing, each with a connection of their own."""

    def __init__(self, coordinator: Client, supervisor: Client) -> None:
        self.coordinator, self.supervisor = coordinator, supervisor

    @classmethod
    @asynccontextmanager
    async def open(cls, stack: Running) -> AsyncIterator["Office"]:
        async with stack.client("coordinator") as coordinator, stack.client("supervisor") as supervisor:
            yield cls(coordinator, supervisor)

    async def calls(self, count: int, **changes: Any) -> int:
        """So many people call; the position of the last of them."""
        seq = 0
        for _ in range(count):
            entry = contact(f"PUB-{next(_numbers)}", **changes)
            seq = done(await self.coordinator.send("intake", "RegisterContact", entry)).seq
        return seq

    async def generates(self, command_id: str | None = None, **changes: Any) -> Reply:
        body = {"command_id": command_id or fresh(), "kind": "briefing", "start": START, "end": END} | changes
        return await self.coordinator.send("publication", "GenerateBriefing", body)

    async def does(self, who: Client, verb: str, briefing: str, **fields: Any) -> Reply:
        return await who.send("publication", verb, {"command_id": fresh(), "briefing": briefing} | fields)

    async def row(self, reply: Reply) -> dict[str, Any]:
        found = await self.coordinator.query("briefing", {"briefing": reply.id}, min_seq=reply.seq)
        return dict(zip(found.body["columns"], found.body["rows"][0], strict=True))


def fresh() -> str:
    return f"t-{secrets.token_hex(8)}"


def done(reply: Reply) -> Reply:
    assert not reply.refused, reply.refused
    return reply


def code(reply: Reply) -> str:
    assert reply.refused
    return str(reply.refused["code"])


async def heard(stack: Running, unit: str) -> dict[str, list[bytes]]:
    """Everything in a unit's feed, by subject."""
    found: dict[str, list[bytes]] = {}
    async for message in feed(stack.data, unit, 1, asyncio.Event(), IDLE_SECONDS):
        found.setdefault(message.subject, []).append(message.data)
        await message.ack()
    return found


async def test_a_briefing_reaches_every_unit_and_so_do_its_correction_and_its_withdrawal(stack: Running) -> None:
    async with Office.open(stack) as office:
        await office.calls(9, started=IN_MAY)
        referred = await office.calls(1, started=IN_MAY, disposition="B1", unit="u05")
        generated = done(await office.generates(position=referred, start="2026-05-01", end="2026-05-31"))
        key = generated.id
        row = await office.row(generated)
        assert (row["status"], row["position"], row["generated_by"]) == ("generated", referred, "coordinator")
        assert code(await office.does(office.coordinator, "ReviewBriefing", key)) == "briefing.own_work"
        assert code(await office.does(office.coordinator, "IssueBriefing", key, **ISSUE)) == "command.not_allowed"
        done(await office.does(office.supervisor, "ReviewBriefing", key))
        issued = done(await office.does(office.supervisor, "IssueBriefing", key, **ISSUE))
        assert (await office.row(issued))["number"] == "2026年第1期（总第1期）"
        cause = await office.calls(6, started=IN_MAY)
        more = {"figure": "contacts", "cause": cause, "reason": "late_entry"}
        corrected = done(await office.does(office.coordinator, "CorrectBriefing", key, **more))
        assert code(await office.does(office.coordinator, "CorrectBriefing", key, **more)) == "briefing.cause_outside"
        column = await office.coordinator.query("briefing_corrections", {"briefing": key}, min_seq=corrected.seq)
        (listed,) = [dict(zip(column.body["columns"], row, strict=True)) for row in column.body["rows"]]
        assert (listed["was"], listed["now"], listed["cause"]) == (10, 16, cause)
        withdrawn = done(await office.does(office.supervisor, "WithdrawBriefing", key, reason="replaced"))
        row = await office.row(withdrawn)
        assert (row["status"], row["corrections"], row["issue_no"]) == ("withdrawn", 1, 1)
    # Two units that have nothing in common hear the same, and neither hears of the other's referral.
    subject = f"partner.all.bulletin.{key}"
    feeds = {unit: await heard(stack, unit) for unit in ("u05", "u07")}
    assert feeds["u05"][subject] == feeds["u07"][subject]
    assert {each.split(".")[1] for each in feeds["u07"]} == {"all"}
    assert {each.split(".")[1] for each in feeds["u05"]} == {"all", "u05"}
    told = [decode(raw) for raw in feeds["u07"][subject]]
    facts = [fact for each in told for fact in each.facts]
    assert [type(fact).__name__ for fact in facts] == ["BulletinIssued", "BulletinCorrected", "BulletinWithdrawn"]
    assert {each.figure: each.value or each.withheld for each in facts[0].figures} == {
        "contacts": 10, "referrals": "under_5", "notices": "under_5",
    }  # fmt: skip
    assert facts[1].figure.value == 16
    # It proves itself: the chain of the bulletin from its beginning; and no commit says what it answered.
    first, second, _ = (each.commit for each in told)
    assert first.prev == commits.genesis(subjects.bulletin(key))
    assert second.prev == commits.digest(feeds["u07"][subject][0])
    assert {(each.commit.causation, each.commit.correlation, each.commit.sealed) for each in told} == {(None,) * 3}


async def test_a_briefing_holds_at_its_position_whatever_is_recorded_after_it(stack: Running) -> None:
    async with Office.open(stack) as office:
        before = await office.calls(3)
        first = done(await office.generates(position=before))
        await office.calls(2)
        again, newest = done(await office.generates(position=before)), done(await office.generates())
        rows = [await office.row(reply) for reply in (first, again, newest)]
        same, at_the_head = rows[:2], rows[2]
        assert len({(row["figures_digest"], row["head_hash"], row["position"]) for row in same}) == 1
        assert at_the_head["figures_digest"] != rows[0]["figures_digest"]
        done(await office.does(office.supervisor, "ReviewBriefing", first.id))


async def test_the_same_command_is_the_same_briefing_for_ever(stack: Running) -> None:
    async with Office.open(stack) as office:
        await office.calls(1)
        once = done(await office.generates("once"))
        await office.calls(1)
        twice = done(await office.generates("once"))
        assert (twice.body, twice.repeated, once.repeated) == (once.body, True, False)
        assert code(await office.generates("once", end="2026-03-30")) == "command.id_reused"


async def test_what_cannot_be_computed_is_refused_with_the_reason(stack: Running) -> None:
    async with Office.open(stack) as office:
        await office.calls(1)
        head = (await office.coordinator.query("heads")).body["position"]["seq"]
        assert code(await office.generates(position=head + 1000)) == "briefing.position_unknown"
        assert code(await office.generates(start="2026-04-01")) == "briefing.period_reversed"
        tomorrow = date.fromordinal(datetime.now(CHINA).date().toordinal() + 1)
        assert code(await office.generates(end=tomorrow.isoformat())) == "briefing.period_not_over"
        assert code(await office.generates(kind="leaflet")) == "code.unknown"
        nobody = "0" * 26
        assert code(await office.does(office.supervisor, "ReviewBriefing", nobody)) == "briefing.not_found"


def test_the_command_line_leads_from_step_to_step(stack: Running) -> None:
    stack.send("duty-city", "intake.RegisterContact", **contact(f"PUB-{next(_numbers)}"))
    period = ("--period", f"{START}..{END}")
    told = stack.lianxi(
        "bulletin", "generate", *period, "--kind", "circular", "--as", "coordinator", "--lang", "en"
    ).out
    key = told.split()[1]
    assert f"bulletin review {key} --as supervisor" in told and "figures digest" in told
    refused = stack.lianxi("bulletin", "review", key, "--as", "coordinator", status=3)
    assert "briefing.own_work" in refused.err
    assert f"bulletin issue {key}" in stack.lianxi("bulletin", "review", key, "--as", "supervisor").out
    to = ("--to", "committee", "--to", "member_units", "--to", "send_to=county_desks")
    issued = stack.lianxi("bulletin", "issue", key, *to, "--copies", 9, "--as", "supervisor", "--json").json
    (row,) = stack.rows("bulletin", "list", "--kind", "circular", "--min-seq", issued["seq"])
    assert (row["report_to"], row["send_to"], row["issue_to"]) == (["committee"], ["county_desks"], ["member_units"])
    shown = stack.lianxi("bulletin", "show", key).out
    assert "2026年第1期（总第1期）" in shown and "市未成年人保护委员会" in shown
    stack.lianxi("bulletin", "withdraw", key, "--reason", "replaced", "--as", "supervisor")
    for words, status, said in (
        (("show", "第999期"), 3, "briefing.not_found"),
        (("generate", "--period", "2026"), 2, "period.malformed"),
        (("withdraw", "nothing", "--reason", "replaced", "--as", "supervisor"), 3, "command.bad_value"),
    ):
        assert stack.lianxi("bulletin", *words, "--json", status=status).json["refused"]["code"] == said
    sent = stack.lianxi(
        "send", "publication.GenerateBriefing", "kind=briefing", f"start={START}", f"end={END}", "position=1", "--json"
    )
    assert sent.json["accepted"]["n"] == 1
    report = stack.lianxi("audit", "verify", "--json").json
    assert report["valid"], report["problems"]


# Two processes of the service at one ledger, with figures that need no read models.
def always(**figures: int) -> Figures:
    async def answered(start: date, end: date, position: int) -> Computed:
        until = datetime(2026, 7, 1, tzinfo=CHINA)
        return Computed(position=position, head_hash="a" * 64, until=until, code="test", figures=dict(figures))

    return answered


NOW = datetime(2027, 2, 1, 9, tzinfo=CHINA)
ROLES = {"coordinator": "coordinator", "supervisor": "supervisor"}


def request(who: str, verb: str, **fields: Any) -> Request:
    body = msgspec.json.encode({"command_id": fresh()} | fields)
    actor = Actor(principal=who, role=ROLES[who])
    return Request(actor=actor, verb=verb, body=body, now=NOW, simulated=True)


async def reviewed(service: Publications) -> str:
    generated = await service.handle(request("coordinator", "GenerateBriefing", kind="briefing", start=START, end=END))
    assert isinstance(generated, Accepted), generated
    review = await service.handle(request("supervisor", "ReviewBriefing", briefing=generated.id))
    assert isinstance(review, Accepted), review
    return generated.id


async def other_position(ledger: Ledger) -> None:
    """Something stands in the ledger before the first briefing does."""
    subject = subjects.series(f"s{secrets.token_hex(8)}")
    await ledger.append(following(await ledger.load(subject), "first"))


async def test_two_issues_at_once_take_two_numbers_and_leave_no_gap(bus: Bus) -> None:
    async with bus.ledger("referral") as other:
        await other_position(other)
    async with bus.ledger("publication") as one, bus.ledger("publication") as two:
        services = [Publications(ledger, always(contacts=20)) for ledger in (one, two)]
        yearly, total = (subjects.series(name) for name in series_of("briefing", NOW.year))
        for _ in range(5):
            before = [(await one.load(subject)).n for subject in (yearly, total)]
            keys = [await reviewed(services[0]) for _ in range(2)]
            answers = await asyncio.gather(
                *(
                    service.handle(request("supervisor", "IssueBriefing", briefing=key, **ISSUE))
                    for service, key in zip(services, keys, strict=True)
                )
            )
            assert all(isinstance(answer, Accepted) for answer in answers), answers
            issued = [fact for key in keys for fact in (await one.load(subjects.briefing(key))).facts]
            numbers = [(fact.issue_no, fact.total_no) for fact in issued if isinstance(fact, BriefingIssued)]
            assert sorted(numbers) == [(before[0] + place, before[1] + place) for place in (1, 2)]
            assert [(await one.load(subject)).n for subject in (yearly, total)] == [each + 2 for each in before]
            for key in keys:
                (told,) = (await one.load(subjects.bulletin(key))).facts
                assert isinstance(told, BulletinIssued)


@pytest.mark.parametrize(
    ("answered", "refused"),
    [
        (Refused("briefing.figures_behind", details={"position": "1"}), "briefing.figures_behind"),
        (
            Refused("briefing.figures_unavailable", details={"reason": "projection.stopped"}),
            "briefing.figures_unavailable",
        ),
    ],
)
async def test_without_figures_there_is_no_briefing(one: Bus, answered: Refused, refused: str) -> None:
    async def figures(start: date, end: date, position: int) -> Refused:
        return answered

    async with one.ledger("referral") as other:
        await other_position(other)
    async with one.ledger("publication") as ledger:
        service = Publications(ledger, figures)
        command = request("coordinator", "GenerateBriefing", kind="briefing", start=START, end=END)
        answer = await service.handle(command)
        assert isinstance(answer, Refused) and answer.code == refused
        # What is on record is answered from there, whether or not it can be computed today.
        first = await Publications(ledger, always(contacts=20)).handle(command)
        again = await service.handle(command)
        assert isinstance(first, Accepted) and isinstance(again, Accepted) and again.commit == first.commit


async def test_a_number_that_was_withdrawn_is_never_given_again(one: Bus) -> None:
    async with one.ledger("referral") as other:
        await other_position(other)
    async with one.ledger("publication") as ledger:
        service = Publications(ledger, always(contacts=20))
        numbers = []
        for _ in range(2):
            key = await reviewed(service)
            for verb, fields in (("IssueBriefing", ISSUE), ("WithdrawBriefing", {"reason": "replaced"})):
                answer = await service.handle(request("supervisor", verb, briefing=key, **fields))
                assert isinstance(answer, Accepted), answer
            facts = (await ledger.load(subjects.briefing(key))).facts
            numbers += [fact.issue_no for fact in facts if isinstance(fact, BriefingIssued)]
        assert numbers[1] == numbers[0] + 1


async def test_two_bulletins_do_not_give_away_what_one_of_them_withholds(one: Bus) -> None:
    async with one.ledger("referral") as other:
        await other_position(other)
    async with one.ledger("publication") as ledger:
        shown = []
        # The same weeks of a year that no other test speaks of, counted again when two more had been entered.
        for contacts in (30, 32):
            service = Publications(ledger, always(contacts=contacts))
            period = {"start": "2025-01-01", "end": "2025-01-31"}
            generated = await service.handle(request("coordinator", "GenerateBriefing", kind="circular", **period))
            assert isinstance(generated, Accepted), generated
            for verb, fields in (("ReviewBriefing", {}), ("IssueBriefing", ISSUE)):
                answer = await service.handle(request("supervisor", verb, briefing=generated.id, **fields))
                assert isinstance(answer, Accepted), answer
            (told,) = (await ledger.load(subjects.bulletin(generated.id))).facts
            shown.append(told.figures[0])
        assert [(each.value, each.withheld) for each in shown] == [(30, None), (None, "gives_away")]


async def test_two_processes_at_once_do_not_give_away_what_either_would_withhold(one: Bus) -> None:
    """Each looks at what was heard before it tells: of two that look at the same moment, the later one looks again."""
    async with one.ledger("referral") as other:
        await other_position(other)
    async with one.ledger("publication") as first, one.ledger("publication") as second:
        for start, end in (("2024-01-01", "2024-01-31"), ("2024-03-01", "2024-03-31"), ("2024-05-01", "2024-05-31")):
            services, keys = [], []
            for ledger, kind, contacts in ((first, "circular", 30), (second, "briefing", 32)):
                service = Publications(ledger, always(contacts=contacts))
                generated = await service.handle(
                    request("coordinator", "GenerateBriefing", kind=kind, start=start, end=end)
                )
                assert isinstance(generated, Accepted), generated
                reviewed = await service.handle(request("supervisor", "ReviewBriefing", briefing=generated.id))
                assert isinstance(reviewed, Accepted), reviewed
                services.append(service)
                keys.append(generated.id)
            before = (await first.load(subjects.series(HEARD))).n
            answers = await asyncio.gather(
                *(
                    service.handle(request("supervisor", "IssueBriefing", briefing=key, **ISSUE))
                    for service, key in zip(services, keys, strict=True)
                )
            )
            assert all(isinstance(answer, Accepted) for answer in answers), answers
            told = [next((await first.load(subjects.bulletin(key))).facts) for key in keys]
            shown = [fact.figures[0] for fact in told]
            assert sorted(each.withheld or "" for each in shown) == ["", "gives_away"], shown
            assert (await first.load(subjects.series(HEARD))).n == before + 2


@pytest.mark.parametrize("damaged", ["bulletin of another", "briefing itself"])
async def test_a_history_in_which_a_fact_cannot_follow_is_called_damage(own: Bus, damaged: str) -> None:
    async with own.ledger("referral") as other:
        await other_position(other)
    async with own.ledger("publication") as ledger:
        service = Publications(ledger, always(contacts=20))
        key = await reviewed(service)
        subject = subjects.briefing(key) if damaged == "briefing itself" else subjects.bulletin("A0" * 13)
        # A number in a bulletin, or in a briefing: the chain holds, and no service ever wrote such a thing.
        await ledger.append(following(await ledger.load(subject), "damage"))
        answer = await service.handle(request("supervisor", "IssueBriefing", briefing=key, **ISSUE))
        assert answer == Refused("ledger.damaged")
