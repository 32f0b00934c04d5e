"""Intake on the bus: find the aggregate, decide, record; open cases and note what came of referrals."""

import msgspec

from events import subjects
from events.case import ReferralRequested
from events.commit import Sealed
from events.contact import ContactFinalised
from events.referral import ReferralIssued, ReportVerified, ReturnGranted
from services.bus.decoding import decode
from services.bus.endpoint import allowed
from services.bus.execution import Outcome, Plan, carry_out
from services.bus.reaction import as_request, insist
from services.bus.request import Accepted, Answer, Request
from services.command import Command
from services.decision import Env, Refused
from services.directory import directory
from services.intake import case as cases
from services.intake import contact as contacts
from services.intake.commands import (
    COMMANDS,
    LATER,
    NoteReferralOutcome,
    OpenCase,
    RecordCoordination,
    RecordInstruction,
    RegisterContact,
    ViewRegistration,
)
from services.intake.vault import Unreadable, Vault, VaultUnavailable
from services.ledger import History, Ledger, Stored

POLICY = "intake-2026.1"
NO_CALENDAR = "none"
SERVICE = "intake"
# The key of ids and digests that belong to no single case.
INDEX = "0" * 26


class Intake:
    """The service: `handle` answers a command, `react` answers a commit of another aggregate."""

    def __init__(self, ledger: Ledger, vault: Vault) -> None:
        self._ledger = ledger
        self._vault = vault
        self._units = frozenset(unit.code for unit in directory().units)

    async def handle(self, request: Request) -> Answer:
        if request.verb in LATER:
            return Refused("command.not_yet_available", details={"verb": request.verb})
        if request.verb not in COMMANDS:
            return Refused("command.unknown_verb")
        refusal = allowed(request, SERVICE)
        if refusal is not None:
            return refusal
        command = decode(request.body, COMMANDS[request.verb])
        if isinstance(command, Refused):
            return command
        try:
            return await self._carry_out(request, command)
        except VaultUnavailable:
            return Refused("service.unavailable")

    async def _carry_out(self, request: Request, command: Command) -> Answer:
        match command:
            case RegisterContact():
                return await self._register(request, command)
            case OpenCase():
                subject: str | None = subjects.case(command.region, self._case_of(command.contact))
            case _:
                subject = await self._ledger.find("case", command.case)  # type: ignore[attr-defined]
        if subject is None:
            return Refused("case.not_found", "case")
        planned = await self._planned(command)
        answer = await carry_out(self._ledger, request, command, self._case_plan(subject, command, planned))
        if isinstance(command, ViewRegistration) and isinstance(answer, Accepted):
            return await self._shown(subject, answer)
        return answer

    async def _register(self, request: Request, command: RegisterContact) -> Answer:
        key = contacts.contact_id(command.desk, command.number)
        try:
            subject = subjects.contact(command.desk, key)
        except subjects.BadToken:
            return Refused("command.unsafe_id", "desk")
        if directory().desk(command.desk) is None:
            return Refused("command.bad_value", "desk")
        earlier = self._vault.earlier_contact(command.caller_phone, key) if command.caller_phone else None
        earlier_case = self._case_of(earlier) if earlier else None
        if earlier_case and await self._ledger.find("case", earlier_case) is None:
            earlier_case = None

        def decide(history: History, env: Env, number: int) -> Outcome:
            state = contacts.fold(key, history.facts)
            return contacts.decide(command, state, env, earlier, earlier_case)

        return await carry_out(
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
                policy=POLICY,
                calendar=NO_CALENDAR,
                units=self._units,
            ),
        )

    def _case_plan(self, subject: str, command: Command, planned: tuple[str, str | None] | None) -> Plan:
        _, _, key = subjects.parse(subject)

        def decide(history: History, env: Env, number: int) -> Outcome:
            return cases.decide(command, cases.fold(history.facts), env, planned)

        def seal(history: History, commit: str) -> Sealed | None:
            return self._vault.seal(_contact_of(history), commit, _personal(command)) if _personal(command) else None

        return Plan(
            subject=subject,
            decide=decide,
            seal=seal,
            body_digest=self._digest,
            new_id=lambda purpose: self._vault.new_id(INDEX, f"{key}:{purpose}"),
            correlation=key,
            policy=POLICY,
            calendar=NO_CALENDAR,
            units=self._units,
        )

    async def _planned(self, command: Command) -> tuple[str, str | None] | None:
        """The disposition that the desk chose, which waits for the police report."""
        if type(command).__name__ != "MakeMandatoryReport":
            return None
        state = cases.fold((await self._load_case(command.case)).facts)  # type: ignore[attr-defined]
        entry = await self._load_contact(state.opened.contact, state.opened.desk) if state else None
        finalised = entry.finalised if entry else None
        return (finalised.primary_disposition, finalised.unit) if finalised else None

    async def _load_case(self, key: str) -> History:
        subject = await self._ledger.find("case", key)
        return await self._ledger.load(subject) if subject else History(subject="", commits=())

    async def _load_contact(self, key: str, desk: str) -> contacts.Contact | None:
        return contacts.fold(key, (await self._ledger.load(subjects.contact(desk, key))).facts)

    async def _shown(self, subject: str, answer: Accepted) -> Answer:
        """The plain form. Its view is on record already: this can only come too late, never unrecorded."""
        history = await self._ledger.load(subject)
        state = cases.fold(history.facts)
        assert state is not None  # it has just been appended to
        entry = await self._ledger.load(subjects.contact(state.opened.desk, state.opened.contact))
        plain: dict[str, str] = {}
        try:
            for stored in (*entry.commits, *history.commits):
                if stored.commit.sealed is not None:
                    plain |= self._vault.unseal(stored.commit.id, stored.commit.sealed)
        except Unreadable:
            return Refused("case.form_unreadable", "case")
        view = next(stored for stored in history.commits if stored.seq == answer.seq)
        shown = {"recorded": view.commit.recorded, "hash": view.hash}
        facts = _form_facts(entry, history)
        return msgspec.structs.replace(answer, data={"personal": plain, "facts": facts, "view": shown})

    async def react(self, stored: Stored) -> None:
        """Open the case of a finalised contact; remember whose a referral is; note on the case what came of it."""
        for fact in stored.commit.facts:
            match fact:
                case ContactFinalised():
                    await self._open_case(stored, fact)
                case ReferralRequested(referral=referral):
                    self._vault.link(referral, stored.commit.key)
                case ReferralIssued():
                    await self._note(stored, "issued", None)
                case ReportVerified(result=result):
                    await self._note(stored, "verified", result)
                case ReturnGranted():
                    await self._note(stored, "return_granted", None)
                case _:
                    pass

    async def _open_case(self, stored: Stored, finalised: ContactFinalised) -> None:
        if finalised.primary_disposition in (contacts.NON_SUBSTANTIVE, contacts.MERGED):
            return
        state = contacts.fold(stored.commit.key, stored.commit.facts)  # type: ignore[arg-type]
        assert state is not None  # ContactFinalised stands in the commit that registered it
        entry = state.registered
        await self._react(
            stored,
            OpenCase(
                command_id=f"open:{stored.commit.key}",
                occurred=entry.started,
                contact=stored.commit.key,
                number=entry.number,
                desk=entry.desk,
                channel=entry.channel,
                started=entry.started,
                contact_type=entry.contact_type,
                category=entry.category,
                region=entry.region,
                age_band=entry.age_band,
                sex=entry.sex,
                urgency=entry.urgency,
                screen=finalised.screen,
                disposition=finalised.primary_disposition,
                unit=finalised.unit,
                confidentiality=entry.confidentiality,
            ),
        )

    async def _note(self, stored: Stored, outcome: str, result: str | None) -> None:
        key = self._vault.linked(stored.commit.key)
        if key is None:
            # Issued outside a case (a referral sent by hand): nothing to note on.
            return
        await self._react(
            stored,
            NoteReferralOutcome(
                command_id=f"note:{stored.commit.key}:{stored.commit.n}",
                case=key,
                referral=stored.commit.key,
                outcome=outcome,
                result=result,
            ),
        )

    async def _react(self, stored: Stored, command: Command) -> None:
        insist(await self.handle(as_request(SERVICE, stored, command)))

    def _case_of(self, contact_key: str) -> str:
        return self._vault.new_id(contact_key, "case")

    def _digest(self, body: bytes) -> str:
        return self._vault.keyed_digest(INDEX, body)


def _contact_of(history: History) -> str:
    """A case shares the key of the contact that opened it."""
    state = cases.fold(history.facts)
    assert state is not None  # nothing personal is sealed before the case is open
    return state.opened.contact


def _personal(command: Command) -> dict[str, str]:
    match command:
        case RecordInstruction(instruction=text) if text:
            return {"instruction": text}
        case RecordCoordination(coordination=text) if text:
            return {"coordination": text}
        case _:
            return {}


def _form_facts(*histories: History) -> list[dict[str, object]]:
    return [
        {"occurred": stored.commit.occurred, "actor": stored.commit.actor.principal}
        | {"fact": msgspec.to_builtins(fact)}
        for history in histories
        for stored in history.commits
        for fact in stored.commit.facts
    ]
