"""The referral service on a real ledger: what it records by itself, once, however often it is told. domain.md §4.3 C, §4.7."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from events import subjects
from events.case import ReferralRequested
from events.commit import Actor, Commit, derive_id, digest, encode, genesis
from events.publication import Holiday
from events.referral import CoUnitNoted, DueRecomputed, LeadChanged, ReferralIssued, ReferralTransferred
from services.bus.request import Accepted, Answer, Request
from services.command import Command
from services.decision import Refused
from services.ledger import Ledger, Stored
from services.referral import commands as c
from services.referral.app import Referrals
from services.referral.folding import fold_referral
from services.referral.referral import CHINA, Referral
from services.working_clock import WorkingClock
from tests.support.brokers import Bus

COORDINATOR = Actor(principal="coordinator", role="coordinator")
SUPERVISOR = Actor(principal="supervisor", role="supervisor")
NOW = datetime(2026, 12, 28, 9, tzinfo=CHINA)
NEW_YEAR = Holiday(name="元旦", off=(date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)))
PUBLISH = c.PublishCalendar(
    command_id="publish", year=2027, title="关于2027年部分节假日安排的通知", holidays=(NEW_YEAR,)
)
LEAD, CO, NEW, OTHER = (derive_id("test", name) for name in ("lead", "co", "new", "other"))


def unit(code: str) -> Actor:
    return Actor(principal=code, role="unit", unit=code)


class Office(Struct):
    """The service and its ledger; its reactions are handed over when the test says so."""

    ledger: Ledger
    service: Referrals
    reacted: int = 0

    async def send(self, actor: Actor, command: Command, now: datetime = NOW) -> Answer:
        return await self.service.handle(self.request(actor, command, now))

    def request(self, actor: Actor, command: Command, now: datetime) -> Request:
        body = msgspec.json.encode(command)
        return Request(actor=actor, verb=type(command).__name__, body=body, now=now, simulated=True)

    async def settle(self, after: int | None = None) -> None:
        """Hand every commit to the service, as its consumer does, until nothing new comes of it."""
        at = self.reacted if after is None else after
        while at < (await self.ledger.head()).seq:
            async for page in self.ledger.read(at):
                for stored in page:
                    await self.service.react(stored)
                    at = stored.seq
        self.reacted = at

    async def ask(self, *asked: ReferralRequested) -> None:
        """What a case asks for, as the service meets it."""
        await self.service.react(case_commit(asked))
        await self.settle()

    async def state(self, code: str, key: str) -> Referral:
        state = fold_referral(await self.ledger.load(subjects.referral(code, key)))
        assert state is not None
        return state

    async def facts(self, code: str, key: str) -> list[object]:
        return list((await self.ledger.load(subjects.referral(code, key))).facts)


def requested(key: str, code: str, lead: str | None = None, replaces: str | None = None) -> ReferralRequested:
    return ReferralRequested(
        referral=key, unit=code, contact_type="complaint", category="05", region="231003", age_band="6-13",
        urgency="3", asks=("handle",), lead=lead, replaces=replaces,
    )  # fmt: skip


def case_commit(facts: Sequence[ReferralRequested]) -> Stored:
    subject = subjects.case("231003", derive_id("test", "case"))
    commit = Commit(
        id=derive_id("case", *(fact.referral for fact in facts)), kind="case", key=derive_id("test", "case"), n=1,
        prev=genesis(subject), occurred=NOW, recorded=NOW, actor=COORDINATOR, command="RequestReferral",
        command_id="ask", command_digest="0" * 64, policy="-", calendar="-", simulated=True, facts=tuple(facts),
    )  # fmt: skip
    raw = encode(commit)
    return Stored(seq=1, subject=subject, raw=raw, hash=digest(raw), commit=commit)


async def test_a_published_calendar_moves_every_provisional_date_once_and_holds_from_then_on(own: Bus) -> None:
    async with own.ledger() as ledger:
        office = Office(ledger, Referrals(ledger, WorkingClock()))
        await office.ask(requested(LEAD, "u01"))
        await office.send(unit("u01"), c.SignReferral(command_id="s", referral=LEAD))
        before = await office.state("u01", LEAD)
        assert before.provisional and before.due is not None and before.due.date() == date(2027, 1, 4)

        assert isinstance(await office.send(SUPERVISOR, PUBLISH), Accepted)
        await office.settle()
        # The year once more, and every reaction from the first commit on: nothing is added.
        head = (await ledger.head()).seq
        again = await office.send(SUPERVISOR, PUBLISH)
        assert isinstance(again, Accepted) and again.repeated
        await office.settle(after=0)
        assert (await ledger.head()).seq == head

        moved = [fact for fact in await office.facts("u01", LEAD) if isinstance(fact, DueRecomputed)]
        assert [(fact.cause, fact.new.date(), fact.provisional) for fact in moved] == [
            ("calendar_published", date(2027, 1, 5), False)
        ]
        # A service that starts later counts on it without being told.
        later = Office(ledger, Referrals(ledger, WorkingClock()))
        await later.ask(requested(NEW, "u02"))
        assert (await later.state("u02", NEW)).calendar_version == moved[0].calendar_version


async def test_an_amended_year_moves_what_is_open_once_and_a_later_service_counts_on_it(own: Bus) -> None:
    async with own.ledger() as ledger:
        office = Office(ledger, Referrals(ledger, WorkingClock()))
        june = datetime(2026, 6, 1, 9, tzinfo=CHINA)
        new_year = Holiday(name="元旦", off=(date(2026, 1, 1),))
        amends = c.PublishCalendar(
            command_id="amend", year=2026, title="调整通知", amends=True,
            holidays=(new_year, Holiday(name="调整", off=(date(2026, 6, 2),))),
        )  # fmt: skip
        issue = c.IssueReferral(
            command_id="i", referral=LEAD, unit="u01", contact_type="complaint", category="05", region="231003",
            age_band="6-13", urgency="3", asks=("handle",),
        )  # fmt: skip
        assert isinstance(await office.send(Actor(principal="referral", role="service"), issue, june), Accepted)
        before = await office.state("u01", LEAD)
        assert before.due is not None and before.due.date() == date(2026, 6, 2) and not before.provisional
        plain = msgspec.structs.replace(amends, amends=False)
        refused = await office.send(SUPERVISOR, plain, june)
        assert refused == Refused("calendar.already_published", "year", {"year": "2026"})
        assert isinstance(await office.send(SUPERVISOR, amends, june), Accepted)
        await office.settle()
        await office.settle(after=0)
        moved = [fact for fact in await office.facts("u01", LEAD) if isinstance(fact, DueRecomputed)]
        assert [(fact.cause, fact.new.date()) for fact in moved] == [("calendar_amended", date(2026, 6, 3))]
        # And once more: another reason, another fact.
        longer = Holiday(name="调整", off=(date(2026, 6, 2), date(2026, 6, 3)))
        amends = msgspec.structs.replace(amends, command_id="amend-again", holidays=(new_year, longer))
        assert isinstance(await office.send(SUPERVISOR, amends, june), Accepted)
        await office.settle()
        moved = [fact for fact in await office.facts("u01", LEAD) if isinstance(fact, DueRecomputed)]
        assert [fact.new.date() for fact in moved] == [date(2026, 6, 3), date(2026, 6, 4)]
        later = Referrals(ledger, WorkingClock())
        assert isinstance(await later.handle(office.request(SUPERVISOR, amends, june)), Accepted)
        assert later.clock.version == moved[-1].calendar_version


async def test_a_calendar_of_another_year_is_refused(own: Bus) -> None:
    async with own.ledger() as ledger:
        office = Office(ledger, Referrals(ledger, WorkingClock()))
        outcome = await office.send(COORDINATOR, msgspec.structs.replace(PUBLISH, year=2028))
        assert outcome == Refused("calendar.year_missing", "year", {"year": "2027"})


async def test_co_units_report_to_the_lead_and_neither_reads_the_other(own: Bus) -> None:
    async with own.ledger() as ledger:
        office = Office(ledger, Referrals(ledger, WorkingClock()))
        await office.ask(requested(LEAD, "u01"), requested(CO, "u02", lead=LEAD))
        issued = (await office.state("u02", CO)).issued
        assert (issued.role, issued.lead, issued.lead_unit) == ("co", LEAD, "u01")
        await office.send(unit("u02"), c.SignReferral(command_id="s", referral=CO))
        report = c.ReportResult(
            command_id="r", referral=CO, result="solved", measures=("mediated",), handled_on=NOW.date()
        )
        assert isinstance(await office.send(unit("u02"), report), Accepted)
        await office.settle()
        heard = [fact for fact in await office.facts("u01", LEAD) if isinstance(fact, CoUnitNoted)]
        assert [(fact.co, fact.unit, fact.step, fact.result) for fact in heard] == [
            (CO, "u02", "joined", None),
            (CO, "u02", "reported", "solved"),
        ]
        for code, key in (("u01", CO), ("u02", LEAD)):
            outcome = await office.send(
                unit(code), c.ReportProgress(command_id="p", referral=key, measures=("mediated",))
            )
            assert outcome == Refused("referral.not_found", "referral")


async def test_a_lead_that_is_replaced_hands_its_co_units_over_and_a_co_unit_its_lead(own: Bus) -> None:
    async with own.ledger() as ledger:
        office = Office(ledger, Referrals(ledger, WorkingClock()))
        await office.ask(requested(LEAD, "u01"), requested(CO, "u02", lead=LEAD))
        await office.ask(requested(NEW, "u03", replaces=LEAD))
        assert (await office.facts("u02", CO))[-1] == LeadChanged(lead=NEW, lead_unit="u03")
        assert (await office.state("u03", NEW)).co_units == {CO: "joined"}
        # Another unit in the place of a co-unit is a co-unit.
        await office.ask(requested(OTHER, "u04", replaces=CO))
        assert (await office.state("u04", OTHER)).issued.lead == NEW
        assert (await office.state("u03", NEW)).co_units == {CO: "released", OTHER: "joined"}


async def test_what_a_case_refers_on_ends_at_the_first_unit_with_the_new_id_alone(own: Bus) -> None:
    async with own.ledger() as ledger:
        office = Office(ledger, Referrals(ledger, WorkingClock()))
        await office.ask(requested(LEAD, "u01"))
        await office.ask(requested(NEW, "u03", replaces=LEAD))
        facts = await office.facts("u01", LEAD)
        assert facts[-1] == ReferralTransferred(to=NEW) and "u03" not in repr(facts)
        assert isinstance((await office.facts("u03", NEW))[0], ReferralIssued)
        head = (await ledger.head()).seq
        await office.ask(requested(NEW, "u03", replaces=LEAD))
        assert (await ledger.head()).seq == head


async def test_a_coordinator_s_entry_names_the_unit_it_is_for(own: Bus) -> None:
    async with own.ledger() as ledger:
        office = Office(ledger, Referrals(ledger, WorkingClock()))
        await office.ask(requested(LEAD, "u01"))
        sign = c.SignReferral(command_id="s", referral=LEAD, on_behalf_of="u01", method="paper")
        assert isinstance(await office.send(COORDINATOR, sign), Accepted)
        commit = (await ledger.load(subjects.referral("u01", LEAD))).commits[-1].commit
        policy = f"referral-{WorkingClock().edition(NOW)}"
        assert (commit.actor.principal, commit.on_behalf_of, commit.policy) == ("coordinator", "u01", policy)
