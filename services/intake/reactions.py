"""What intake does in answer to commits: opens cases, carries corrections and relations over, notes what became of referrals."""

from collections.abc import Awaitable, Callable

from events.case import CasesLinked, CasesUnlinked, ReferralRequested
from events.contact import ContactCorrected, ContactFinalised
from services.bus.reaction import as_request, insist
from services.bus.request import Answer, Request
from services.command import Command
from services.intake import contact as contacts
from services.intake import corrections
from services.intake.commands import NoteCaseLink, NoteCorrection, NoteReferralOutcome, OpenCase
from services.intake.vault import Unreadable, Vault
from services.ledger import Ledger, Stored

SERVICE = "intake"
# What the referral service says became of a referral -> what the case notes. By name: each says it in its own way.
OUTCOMES = {
    "ReferralIssued": "issued",
    "ReportVerified": "verified",
    "ReturnGranted": "return_granted",
    "ReferralRevoked": "revoked",
    "ReferralTransferred": "transferred_on",
    "ReferralTerminated": "terminated",
    "ReferralRedone": "redo",
}


def case_of(vault: Vault, contact: str) -> str:
    """The id of the case that a contact opens: it follows from the contact's key."""
    return vault.new_id(contact, "case")


class Reactions:
    """`handle` carries the commands out; each has an id that follows from the commit it answers."""

    def __init__(self, handle: Callable[[Request], Awaitable[Answer]], ledger: Ledger, vault: Vault) -> None:
        self._handle = handle
        self._ledger = ledger
        self._vault = vault

    async def react(self, stored: Stored) -> None:
        """Open the case of a finalised contact; remember whose a referral is; note on the case what came of it."""
        for fact in stored.commit.facts:
            match fact:
                case ContactFinalised():
                    await self._remember_caller(stored)
                    await self._open_case(stored, fact)
                case ReferralRequested(referral=referral):
                    self._vault.link(referral, stored.commit.key)
                case ContactCorrected(field=field, new=new) if field in corrections.TRIAGED:
                    await self._bring_correction(stored, field, new)
                case CasesLinked() | CasesUnlinked() if stored.commit.command != NoteCaseLink.__name__:
                    await self._mirror(stored, fact)
                case _ if type(fact).__name__ in OUTCOMES:
                    await self._note(stored, OUTCOMES[type(fact).__name__], fact)
                case _:
                    pass

    async def _remember_caller(self, stored: Stored) -> None:
        """Whose first contact it is, for certain: the command that recorded it may have been killed before it said so."""
        if stored.commit.sealed is None:
            return
        try:
            plain = self._vault.unseal(stored.commit.id, stored.commit.sealed)
        except Unreadable:
            # Its key is gone: nobody can tell who called, and nobody shall.
            return
        await self._vault.remember_caller(plain.get("caller_phone", ""), stored.commit.key)

    async def _bring_correction(self, stored: Stored, field: str, new: str | None) -> None:
        case = case_of(self._vault, stored.commit.key)
        if await self._ledger.find("case", case) is None:
            # Merged, or without substance: there is no case that was triaged by it.
            return
        command_id = f"correct:{stored.commit.key}:{stored.commit.n}"
        await self._react(stored, NoteCorrection(command_id=command_id, case=case, field=field, new=new))

    async def _mirror(self, stored: Stored, fact: CasesLinked | CasesUnlinked) -> None:
        """A relation stands on both cases. The mirrored one is not mirrored back."""
        await self._react(
            stored,
            NoteCaseLink(
                command_id=f"link:{stored.commit.key}:{stored.commit.n}",
                case=fact.other,
                other=stored.commit.key,
                relation=fact.relation,
                linked=isinstance(fact, CasesLinked),
            ),
        )

    async def _open_case(self, stored: Stored, finalised: ContactFinalised) -> None:
        if finalised.primary_disposition in (contacts.NON_SUBSTANTIVE, contacts.MERGED):
            return
        state = contacts.fold(stored.commit.key, stored.commit.facts)  # type: ignore[arg-type]
        assert state is not None and state.registered is not None  # both facts stand in one commit
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
                suspect_unit=finalised.suspect_unit,
                ground=finalised.ground,
                route=finalised.route,
            ),
        )

    async def _note(self, stored: Stored, outcome: str, fact: object) -> None:
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
                result=getattr(fact, "result", None) if outcome == "verified" else None,
            ),
        )

    async def _react(self, stored: Stored, command: Command) -> None:
        insist(await self._handle(as_request(SERVICE, stored, command)))
