"""Intake on a real ledger: what is sealed, what a correction, a void and a link reach, and what reactions carry over."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events import subjects
from events.case import CaseFact, RegistrationViewed
from events.commit import Actor
from events.publication import Holiday
from services.bus.clock import CHINA
from services.bus.request import Accepted, Answer, Request
from services.decision import Refused
from services.intake import case as cases
from services.intake import contact as contacts
from services.intake.app import Intake
from services.intake.vault import Vault
from services.ledger import Ledger, Stored
from services.referral.app import Referrals
from services.referral.commands import PublishCalendar
from services.working_clock import WorkingClock
from tests.support.brokers import Bus
from tests.support.intake import entry

NOW = datetime(2026, 3, 2, 17, 30, tzinfo=CHINA)
COORDINATOR = Actor(principal="coordinator", role="coordinator")
SECRET = "虚构的孩子甲"


class Office:
    """Sends commands as a coordinator and lets the service react to what is recorded since."""

    def __init__(self, ledger: Ledger, vault: Vault, seen: int) -> None:
        self.ledger, self.seen = ledger, seen
        self.intake = Intake(ledger, vault)
        self._count = 0

    async def send(self, verb: str, now: datetime = NOW, **body: Any) -> Answer:
        self._count += 1
        body = {"command_id": f"t{self._count}-{secrets.token_hex(4)}"} | body
        return await self.intake.handle(
            Request(actor=COORDINATOR, verb=verb, body=msgspec.json.encode(body), now=now, simulated=True)
        )

    async def accepted(self, verb: str, now: datetime = NOW, **body: Any) -> Accepted:
        answer = await self.send(verb, now, **body)
        assert isinstance(answer, Accepted), answer
        await self.settle()
        return answer

    async def settle(self) -> None:
        while (head := (await self.ledger.head()).seq) > self.seen:
            async for page in self.ledger.read(self.seen, until=head):
                for stored in page:
                    await self.intake.react(stored)
            self.seen = head

    async def entry(self, number: str, **changes: Any) -> str:
        """A finalised contact; its id."""
        whole = entry(number=number, **changes)
        body = {name: getattr(whole, name) for name in whole.__struct_fields__ if name not in ("command_id", "seen")}
        await self.accepted("RegisterContact", **{name: value for name, value in body.items() if value is not None})
        return contacts.contact_id("city", number)

    async def case_of(self, contact: str) -> tuple[str, list[CaseFact]]:
        async for page in self.ledger.read(0):
            for stored in page:
                first = stored.commit.facts[0]
                if stored.commit.kind == "case" and getattr(first, "contact", None) == contact:
                    return stored.commit.key, list((await self.ledger.load(stored.subject)).facts)
        raise AssertionError("the contact opened no case")

    async def recorded(self, contact: str) -> list[Stored]:
        """The commits of a contact, and those of its case."""
        case, _ = await self.case_of(contact)
        places = [await self.ledger.find("contact", contact), await self.ledger.find("case", case)]
        return [each for place in places if place for each in (await self.ledger.load(place)).commits]

    async def opened(self, case: str) -> int:
        """The position at which a case was opened."""
        subject = await self.ledger.find("case", case)
        assert subject is not None
        return (await self.ledger.load(subject)).commits[0].seq

    async def status(self, contact: str) -> str:
        state = cases.fold((await self.case_of(contact))[1])
        assert state is not None
        return state.status


def number() -> str:
    return f"T-{secrets.token_hex(5)}"


@asynccontextmanager
async def office(bus: Bus, folder: Path) -> AsyncIterator[Office]:
    vault = Vault(folder / "keys.db")
    async with bus.ledger("intake") as ledger:
        try:
            yield Office(ledger, vault, (await ledger.head()).seq)
        finally:
            vault.close()


async def test_a_draft_is_finalised_and_only_then_opens_a_case(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        name = number()
        started = entry().started.isoformat()
        await at.accepted("DraftContact", number=name, desk="city", started=started, child_name="只在草稿里")
        whole = msgspec.to_builtins(entry(number=name))
        body = {key: value for key, value in whole.items() if value is not None and key != "command_id"}
        await at.accepted("FinaliseContact", **body)
        contact = contacts.contact_id("city", name)
        case, facts = await at.case_of(contact)
        assert await at.status(contact) == "answered" and len(facts) == 3
        shown = await at.accepted("ViewRegistration", case=case, purpose="handling")
    assert shown.data is not None and "child_name" not in shown.data["personal"]
    assert shown.data["personal"]["caller_name"] == entry().caller_name


async def test_a_corrected_name_is_sealed_and_shown_in_place_of_the_old_one(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        contact = await at.entry(number(), child_name="虚构的孩子乙")
        await at.accepted("CorrectContact", contact=contact, field="child_name", value=SECRET, reason="misheard")
        case, _ = await at.case_of(contact)
        shown = await at.accepted("ViewRegistration", case=case, purpose="correction")
        subject = await at.ledger.find("contact", contact)
        assert subject is not None
        raw = [stored.raw.decode() for stored in (await at.ledger.load(subject)).commits]
        opened = await at.opened(case)
        before = await at.accepted("ViewRegistration", case=case, purpose="correction", as_of=opened)
        for early in (0, opened - 1):
            refused = await at.send("ViewRegistration", case=case, purpose="correction", as_of=early)
            assert refused == Refused("case.not_yet_open", "as_of", {"opened": str(opened)})
        never = await at.send("ViewRegistration", case=case, purpose="correction", as_of=10**9)
        again = await at.ledger.find("case", case)
        assert again is not None
        viewed = [each for each in (await at.ledger.load(again)).facts if isinstance(each, RegistrationViewed)]
    assert shown.data is not None and shown.data["personal"]["child_name"] == SECRET
    # As it stood before the correction: the old name, and none of what was recorded later.
    assert before.data is not None and before.data["personal"]["child_name"] == "虚构的孩子乙"
    told = [{each["fact"]["type"] for each in answer.data["facts"]} for answer in (shown, before) if answer.data]
    assert told[0] - told[1] >= {"ContactCorrected.v1", "RegistrationViewed.v1"} and told[1] < told[0]
    assert isinstance(never, Refused) and never.code == "case.position_unknown"
    # Each view that was shown is on record with what it was as of; those that were refused are not.
    assert [each.as_of for each in viewed] == [None, opened]
    assert not any(SECRET in text or "孩子乙" in text for text in raw)


async def test_a_correction_reaches_the_case_and_brings_back_what_was_answered(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        contact = await at.entry(number())
        assert await at.status(contact) == "answered"
        await at.accepted("CorrectContact", contact=contact, field="screen", value="ynnnnnnnn", reason="found_later")
        case, facts = await at.case_of(contact)
        refused = await at.send("RequestReferral", case=case, unit="u07")
    assert [type(fact).__name__ for fact in facts[-3:]] == [
        "TriageCorrected",
        "CaseReopened",
        "MandatoryReportRequired",
    ]
    assert refused == Refused("case.mandatory_report_open", "case")


async def test_a_contact_is_voided_after_its_case_and_its_number_stays_taken(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        name = number()
        contact = await at.entry(name)
        refused = await at.send("VoidContact", contact=contact, reason="entered_twice")
        assert refused == Refused("contact.case_depends", "contact")
        case, _ = await at.case_of(contact)
        await at.accepted("CloseCase", case=case, code="voided")
        await at.accepted("VoidContact", contact=contact, reason="entered_twice")
        again = msgspec.to_builtins(entry(number=name))
        body = {key: value for key, value in again.items() if value is not None and key != "command_id"}
        assert await at.send("RegisterContact", **body) == Refused("contact.voided", "number")


async def test_a_repeat_is_linked_and_opens_nothing(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        first = await at.entry(number(), caller_phone="000-7777-0001")
        case, _ = await at.case_of(first)
        repeat = await at.entry(number(), caller_phone="000-7777-0001", disposition="G1")
        from_elsewhere = await at.entry(number(), caller_phone="000-7777-0002", disposition="G1", into=case)
        for contact in (repeat, from_elsewhere):
            subject = await at.ledger.find("contact", contact)
            assert subject is not None
            state = contacts.fold(contact, (await at.ledger.load(subject)).facts)
            assert state is not None and state.linked_to == case


async def test_a_refused_entry_is_nobody_s_first_contact(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        phone = "000-7777-0003"
        refused = msgspec.to_builtins(entry(number=number(), caller_phone=phone, category="zz"))
        body = {key: value for key, value in refused.items() if value is not None and key != "command_id"}
        assert isinstance(await at.send("RegisterContact", **body), Refused)
        first, second = [await at.entry(number(), caller_phone=phone) for _ in range(2)]
        subject = await at.ledger.find("contact", second)
        assert subject is not None
        state = contacts.fold(second, (await at.ledger.load(subject)).facts)
    assert state is not None and state.value("repeat_of") == first


async def test_a_caller_is_remembered_though_the_command_was_killed_before_it_said_so(
    one: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(one, tmp_path) as at:
        phone, commit = "000-7777-0004", Vault.remember_caller

        async def killed(vault: Vault, phone: str, contact: str) -> None:
            # The first time, right after the commit: whoever reads that commit remembers instead.
            monkeypatch.setattr(Vault, "remember_caller", commit)

        monkeypatch.setattr(Vault, "remember_caller", killed)
        first, second = [await at.entry(number(), caller_phone=phone) for _ in range(2)]
        subject = await at.ledger.find("contact", second)
        assert subject is not None
        state = contacts.fold(second, (await at.ledger.load(subject)).facts)
    assert state is not None and state.value("repeat_of") == first


async def test_a_relation_stands_on_both_cases_until_it_is_taken_away(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        pair = [await at.entry(number()) for _ in range(2)]
        (one_id, _), (other_id, _) = [await at.case_of(contact) for contact in pair]
        await at.accepted("LinkCases", case=one_id, other=other_id, relation="sibling")

        async def links() -> list[Any]:
            states = [cases.fold((await at.case_of(contact))[1]) for contact in pair]
            return [state.links for state in states if state]

        assert await links() == [((other_id, "sibling"),), ((one_id, "sibling"),)]
        await at.accepted("UnlinkCases", case=other_id, other=one_id, relation="sibling")
        assert await links() == [(), ()]


async def test_what_a_command_names_outside_its_case_has_to_be_there(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        contact = await at.entry(number())
        case, _ = await at.case_of(contact)
        nowhere = "0" * 26
        bodies: list[tuple[str, dict[str, Any], Refused]] = [
            ("LinkCases", {"case": case, "other": nowhere, "relation": "cluster"}, Refused("case.not_found", "other")),
            ("AssignOfficer", {"case": case, "officer": "u01"}, Refused("case.not_an_officer", "officer")),
            ("LinkContact", {"contact": contact, "case": nowhere}, Refused("case.not_found", "case")),
            ("CorrectContact", {"contact": nowhere, "field": "sex", "value": "m", "reason": "misheard"},
             Refused("contact.not_found", "contact")),
            ("ReopenCase", {"case": case, "reason": "new_facts", "new_facts": "又", "contact": nowhere},
             Refused("contact.not_found", "contact")),
        ]  # fmt: skip
        for verb, body, refusal in bodies:
            assert await at.send(verb, **body) == refusal


async def test_a_case_is_archived_when_its_window_is_over(one: Bus, tmp_path: Path) -> None:
    async with office(one, tmp_path) as at:
        contact = await at.entry(number())
        case, _ = await at.case_of(contact)
        refused = await at.send("ArchiveCase", case=case)
        assert isinstance(refused, Refused) and refused.code == "case.appeal_window_open"
        await at.accepted("ArchiveCase", NOW + timedelta(days=40), case=case)
        assert await at.status(contact) == "archived"


async def test_what_is_recorded_says_on_which_calendar_also_once_another_year_is_published(
    own: Bus, tmp_path: Path
) -> None:
    new_year = Holiday(name="元旦", off=(date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)))
    publish = PublishCalendar(command_id="publish", year=2027, title="通知", holidays=(new_year,))
    async with office(own, tmp_path) as at, own.ledger("referral") as theirs:
        before = await at.entry(number())
        referrals = Referrals(theirs, WorkingClock())
        body = msgspec.json.encode(publish)
        request = Request(actor=COORDINATOR, verb="PublishCalendar", body=body, now=NOW, simulated=True)
        assert isinstance(await referrals.handle(request), Accepted)
        after = await at.entry(number())
        calendars = [stored.commit.calendar for key in (before, after) for stored in await at.recorded(key)]
        history = await theirs.load(subjects.calendar(2027))
    (published,) = history.facts
    # The contact and the case that it opens.
    assert calendars == [WorkingClock().version] * 2 + [published.calendar_version] * 2
    assert published.calendar_version != WorkingClock().version
