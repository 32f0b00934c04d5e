"""Intake on the bus: find the aggregate, decide, record; open cases and note what came of referrals."""

import msgspec

from events import subjects
from events.case import CaseAnswered, CaseClosed, CaseNotAccepted
from events.commit import Sealed
from services.bus.calendars import Calendars
from services.bus.endpoint import understood
from services.bus.execution import Outcome, Plan, carry_out
from services.bus.request import Accepted, Answer, Request
from services.command import Command
from services.decision import DamagedHistory, Env, Refused
from services.directory import directory
from services.intake import case as cases
from services.intake import contact as contacts
from services.intake import corrections
from services.intake.case_state import ENDED
from services.intake.commands import (
    COMMANDS,
    LATER,
    AssignOfficer,
    CorrectContact,
    DraftContact,
    LinkCases,
    LinkContact,
    MakeMandatoryReport,
    OpenCase,
    OverrideMandatoryReport,
    RegisterContact,
    ReopenCase,
    UnlinkContact,
    ViewRegistration,
    VoidContact,
)
from services.intake.form import contact_of, form_facts, personal, plain_fields
from services.intake.reactions import SERVICE, Reactions, case_of
from services.intake.vault import Unreadable, Vault, VaultUnavailable
from services.ledger import DamagedLedger, History, Ledger, LedgerUnavailable, Stored
from services.working_clock import WorkingClock

# The key of ids and digests that belong to no single case.
INDEX = "0" * 26
# They look after cases.
OFFICERS = ("coordinator", "duty_officer")
ContactCommand = CorrectContact | VoidContact | LinkContact | UnlinkContact


class Intake:
    """The service: `handle` answers a command, `react` answers a commit of another aggregate."""

    def __init__(self, ledger: Ledger, vault: Vault) -> None:
        self._ledger = ledger
        self._vault = vault
        self._calendars = Calendars(ledger)
        self._units = frozenset(unit.code for unit in directory().units)
        self._reactions = Reactions(self.handle, ledger, vault)

    async def handle(self, request: Request) -> Answer:
        if request.verb in LATER:
            return Refused("command.not_yet_available", details={"verb": request.verb})
        command = understood(request, SERVICE, COMMANDS)
        if isinstance(command, Refused):
            return command
        try:
            await self._calendars.current()
            return await self._carry_out(request, command)
        except LedgerUnavailable:
            return Refused("service.unavailable")
        except (DamagedLedger, DamagedHistory):
            return Refused("ledger.damaged")
        except VaultUnavailable:
            return Refused("service.unavailable")
        except Unreadable:
            return Refused("case.form_unreadable", "case")

    async def _carry_out(self, request: Request, command: Command) -> Answer:
        match command:
            case RegisterContact() | DraftContact():
                return await self._register(request, command)
            case CorrectContact() | VoidContact() | LinkContact() | UnlinkContact():
                return await self._on_contact(request, command)
            case OpenCase():
                subject: str | None = subjects.case(command.region, case_of(self._vault, command.contact))
            case _:
                subject = await self._ledger.find("case", command.case)  # type: ignore[attr-defined]
        if subject is None:
            return Refused("case.not_found", "case")
        refusal = await self._beyond_the_case(command)
        if refusal is not None:
            return refusal
        planned = await self._planned(command)
        answer = await carry_out(self._ledger, request, command, self._case_plan(request, subject, command, planned))
        if isinstance(command, ViewRegistration) and isinstance(answer, Accepted):
            return await self._shown(subject, answer, command.as_of)
        return answer

    async def _beyond_the_case(self, command: Command) -> Refused | None:
        """What a command names outside the case has to be there."""
        match command:
            case ViewRegistration(as_of=int() as position):
                head = (await self._ledger.head()).seq
                return Refused("case.position_unknown", "as_of", {"head": str(head)}) if position > head else None
            case LinkCases(other=other) if await self._ledger.find("case", other) is None:
                return Refused("case.not_found", "other")
            case ReopenCase(contact=str() as contact) if await self._ledger.find("contact", contact) is None:
                return Refused("contact.not_found", "contact")
            case AssignOfficer(officer=name):
                person = directory().principal(name)
                known = person is not None and person.role in OFFICERS
                return None if known else Refused("case.not_an_officer", "officer")
            case _:
                return None

    async def _register(self, request: Request, command: RegisterContact | DraftContact) -> Answer:
        key = contacts.contact_id(command.desk, command.number)
        try:
            subject = subjects.contact(command.desk, key)
        except subjects.BadToken:
            return Refused("command.unsafe_id", "desk")
        if directory().desk(command.desk) is None:
            return Refused("command.bad_value", "desk")
        await self._vault.prepare(key)
        # A draft decides nothing, and its number may be half a number: only a finished form is a caller's first.
        phone = command.caller_phone if isinstance(command, RegisterContact) else ""
        earlier = self._vault.earlier_contact(phone, key) if phone else None
        named = command.into if isinstance(command, RegisterContact) else None
        if named is not None and await self._ledger.find("case", named) is None:
            return Refused("case.not_found", "into")
        earlier_case = named or (await self._case_in_hand(earlier) if earlier else None)

        def decide(history: History, env: Env, number: int) -> Outcome:
            state = contacts.fold(key, history.facts)
            return contacts.decide(command, state, env, earlier, earlier_case)

        answer = await carry_out(
            self._ledger,
            request,
            msgspec.structs.replace(command, occurred=command.occurred or command.started),
            Plan(
                subject=subject,
                decide=decide,
                seal=lambda history, commit: self._vault.seal(key, commit, contacts.personal(command)),
                body_digest=self._digest,
                new_id=lambda purpose: self._vault.new_id(key, purpose),
                keyed_digest=lambda text: self._vault.keyed_digest(key, text),
                correlation=key,
                policy=self._policy(request),
                clock=self._calendars.clock,
                units=self._units,
            ),
        )
        if isinstance(answer, Accepted):
            # Not before: a refused entry is nobody's first contact. Sent again, it is remembered again.
            await self._vault.remember_caller(phone, key)
        return answer

    async def _case_in_hand(self, contact: str) -> str | None:
        """The case of a contact: the one it opened, else the one it was joined to."""
        own = case_of(self._vault, contact)
        if await self._ledger.find("case", own) is not None:
            return own
        subject = await self._ledger.find("contact", contact)
        entry = contacts.fold(contact, (await self._ledger.load(subject)).facts) if subject else None
        return entry.linked_to if entry else None

    async def _on_contact(self, request: Request, command: ContactCommand) -> Answer:
        """A correction, a void, a link: of a contact that is on record."""
        key = command.contact
        subject = await self._ledger.find("contact", key)
        if subject is None:
            return Refused("contact.not_found", "contact")
        target = getattr(command, "case", None) or getattr(command, "into", None)
        target_state = cases.fold((await self._load_case(target)).facts) if target else None
        if target is not None and target_state is None:
            return Refused("case.not_found", "case" if isinstance(command, LinkContact) else "into")
        own = case_of(self._vault, key)
        own_state = cases.fold((await self._load_case(own)).facts)
        field = command.field if isinstance(command, CorrectContact) else ""
        value = command.value.strip() if isinstance(command, CorrectContact) else ""
        around = corrections.Around(
            own_case=own if own_state else None,
            own_case_voided=bool(own_state and own_state.closed_as == "voided"),
            target_voided=bool(target_state and target_state.closed_as == "voided"),
            earlier=self._vault.earlier_contact(value, key) if field == "caller_phone" and value else None,
        )

        def decide(history: History, env: Env, number: int) -> Outcome:
            plain = plain_fields(self._vault, history) if field in contacts.PERSONAL else {}
            now = msgspec.structs.replace(around, plain=plain)
            return corrections.decide(command, contacts.fold(key, history.facts), env, now)

        sealed = {field: value} if field in contacts.PERSONAL else {}
        answer = await carry_out(
            self._ledger,
            request,
            command,
            Plan(
                subject=subject,
                decide=decide,
                seal=lambda history, commit: self._vault.seal(key, commit, sealed),
                body_digest=self._digest,
                keyed_digest=lambda text: self._vault.keyed_digest(key, text),
                correlation=key,
                policy=self._policy(request),
                clock=self._calendars.clock,
                units=self._units,
            ),
        )
        if field == "caller_phone" and isinstance(answer, Accepted):
            await self._vault.remember_caller(value, key)
        return answer

    def _case_plan(
        self, request: Request, subject: str, command: Command, planned: tuple[str, str | None] | None
    ) -> Plan:
        _, _, key = subjects.parse(subject)
        clock = self._calendars.clock

        def decide(history: History, env: Env, number: int) -> Outcome:
            outcome = cases.decide(command, _dated(cases.fold(history.facts), history, clock), env, planned)
            if isinstance(command, ViewRegistration) and not isinstance(outcome, Refused):
                return _too_early(command, history) or outcome
            return outcome

        def seal(history: History, commit: str) -> Sealed | None:
            return self._vault.seal(contact_of(history), commit, personal(command)) if personal(command) else None

        return Plan(
            subject=subject,
            decide=decide,
            seal=seal,
            body_digest=self._digest,
            new_id=lambda purpose: self._vault.new_id(INDEX, f"{key}:{purpose}"),
            correlation=key,
            policy=self._policy(request),
            clock=clock,
            units=self._units,
        )

    async def _planned(self, command: Command) -> tuple[str, str | None] | None:
        """The disposition that the desk chose, which waits for the police report."""
        if not isinstance(command, (MakeMandatoryReport, OverrideMandatoryReport)):
            return None
        state = cases.fold((await self._load_case(command.case)).facts)
        entry = await self._load_contact(state.opened.contact, state.opened.desk) if state else None
        finalised = entry.finalised if entry else None
        return (finalised.primary_disposition, finalised.unit) if finalised else None

    async def _load_case(self, key: str) -> History:
        subject = await self._ledger.find("case", key)
        return await self._ledger.load(subject) if subject else History(subject="", commits=())

    async def _load_contact(self, key: str, desk: str) -> contacts.Contact | None:
        return contacts.fold(key, (await self._ledger.load(subjects.contact(desk, key))).facts)

    async def _shown(self, subject: str, answer: Accepted, as_of: int | None) -> Answer:
        """The plain form. Its view is on record already: this can only come too late, never unrecorded."""
        history = await self._ledger.load(subject)
        view = next(stored for stored in history.commits if stored.seq == answer.seq)
        state = cases.fold(history.facts)
        assert state is not None  # it has just been appended to
        entry = await self._ledger.load(subjects.contact(state.opened.desk, state.opened.contact))
        if as_of is not None:
            history, entry = history.until(as_of), entry.until(as_of)
        try:
            plain = plain_fields(self._vault, entry)
            for stored in history.commits:
                if stored.commit.sealed is not None:
                    plain |= self._vault.unseal(stored.commit.id, stored.commit.sealed)
        except Unreadable:
            return Refused("case.form_unreadable", "case")
        shown = {"recorded": view.commit.recorded, "hash": view.hash}
        facts = form_facts(entry, history)
        return msgspec.structs.replace(answer, data={"personal": plain, "facts": facts, "view": shown})

    async def react(self, stored: Stored) -> None:
        """Answer a commit of another aggregate, or of another contact or case (reactions.py)."""
        await self._reactions.react(stored)

    def _policy(self, request: Request) -> str:
        return f"{SERVICE}-{self._calendars.clock.edition(request.now)}"

    def _digest(self, body: bytes) -> str:
        return self._vault.keyed_digest(INDEX, body)


def _too_early(command: ViewRegistration, history: History) -> Refused | None:
    """There was no case yet at the position that its form is asked for."""
    opened = history.commits[0].seq
    early = command.as_of is not None and command.as_of < opened
    return Refused("case.not_yet_open", "as_of", {"opened": str(opened)}) if early else None


def _dated(state: cases.Case | None, history: History, clock: WorkingClock) -> cases.Case | None:
    """An end that is older than its `appeal_until`: the window counts from when it was recorded."""
    if state is None or state.status not in ENDED or state.appeal_until is not None:
        return state
    ended = (CaseAnswered, CaseClosed, CaseNotAccepted)
    moments = [each.commit.occurred for each in history.commits if any(isinstance(f, ended) for f in each.commit.facts)]
    return msgspec.structs.replace(state, appeal_until=clock.until("AP", moments[-1]))
