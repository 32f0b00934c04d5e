"""Attached files on the bus: take parts, keep the whole file before it is on record, hand it out after the view is."""

import base64
import binascii
from collections.abc import Callable
from typing import Protocol

from events import subjects
from services.attachments import AttachmentLost, Attachments, AttachmentsUnavailable, Spool, UploadRefused
from services.attachments.spool import PART_MAX, kind_of
from services.bus.execution import Outcome, Plan, carry_out
from services.bus.request import Accepted, Answer, Request
from services.command import Command
from services.decision import Env, Refused
from services.ledger import History, Ledger
from services.referral import files
from services.referral.commands import AttachFile, ReadFile, UploadPart, ViewFile
from services.referral.folding import fold_referral
from services.referral.referral import Referral

COMMANDS = (UploadPart, AttachFile, ViewFile, ReadFile)


class Planning(Protocol):
    """The referral service's plan for one command, as `Referrals` makes it."""

    def __call__(self, request: Request, subject: str, decide: Callable[[History, Env, int], Outcome]) -> Plan: ...


class Files:
    """`store`: None where a stack has none; then files are refused and everything else goes on."""

    def __init__(self, ledger: Ledger, plan: Planning, store: Attachments | None, spool: Spool | None) -> None:
        self._ledger = ledger
        self._plan = plan
        self._store = store
        self._spool = spool

    async def handle(self, request: Request, command: Command) -> Answer:
        if self._store is None or self._spool is None:
            return Refused("service.unavailable")
        try:
            match command:
                case UploadPart():
                    return await self._take(request, command, self._spool)
                case AttachFile():
                    return await self._attach(request, command, self._store, self._spool)
                case ViewFile():
                    return await self._on_file(request, command, command.file)
                case ReadFile():
                    return await self._read(request, command, self._store)
                case _:
                    return Refused("command.unknown_verb")
        except UploadRefused as refused:
            return Refused(refused.code, refused.field)
        except (AttachmentsUnavailable, OSError):
            return Refused("service.unavailable")
        except AttachmentLost:
            return Refused("attachment.lost", "file")

    async def _take(self, request: Request, command: UploadPart, spool: Spool) -> Answer:
        about = await self._referral(request, command.referral)
        if about is None:
            return Refused("referral.not_found", "referral")
        try:
            content = base64.b64decode(command.data, validate=True)
        except (binascii.Error, ValueError):
            return Refused("attachment.bad_part", "data")
        have = spool.take(request.actor.principal, command.sha256, command.part, command.parts, content)
        # Nothing is on record yet: position 0.
        return Accepted(id=command.referral, commit="", n=have, seq=0, data={"have": have, "parts": command.parts})

    async def _attach(self, request: Request, command: AttachFile, store: Attachments, spool: Spool) -> Answer:
        about = await self._referral(request, command.referral)
        if about is None:
            return Refused("referral.not_found", "referral")
        key = files.file_id(command.referral, command.sha256)
        subject = subjects.file(about.issued.unit, key)
        if (await self._ledger.load(subject)).n:
            # On record already: its parts are needed no more, and the answer is the one that it got then.
            spool.drop(request.actor.principal, command.sha256)
            return await self._carry_out(request, command, subject, about, 0)
        owner = request.actor.principal
        content = spool.whole(owner, command.sha256)
        kind_of(content, command.media_type)
        # Kept first: what is on record can be handed out.
        await store.keep(command.referral, key, content)
        answer = await self._carry_out(request, command, subject, about, len(content))
        if isinstance(answer, Accepted):
            spool.drop(owner, command.sha256)
        return answer

    async def _on_file(self, request: Request, command: Command, key: str) -> Answer:
        subject = await self._ledger.find("file", key)
        if subject is None:
            return Refused("attachment.not_found", "file")
        return await self._carry_out(request, command, subject, None, 0)

    async def _carry_out(
        self, request: Request, command: Command, subject: str, about: Referral | None, size: int
    ) -> Answer:
        def decide(history: History, env: Env, number: int) -> Outcome:
            return files.decide(command, files.fold(history.facts), env, about, size)

        return await carry_out(self._ledger, request, command, self._plan(request, subject, decide))

    async def _read(self, request: Request, command: ReadFile, store: Attachments) -> Answer:
        """One part of the plain file, for whoever recorded the view that it names."""
        subject = await self._ledger.find("file", command.file)
        history = await self._ledger.load(subject) if subject else None
        state = files.fold(history.facts) if history else None
        if history is None or state is None:
            return Refused("attachment.not_found", "file")
        view = next((each for each in history.commits if each.commit.id == command.view), None)
        viewed = view is not None and view.commit.command == ViewFile.__name__
        if view is None or not viewed or view.commit.actor.principal != request.actor.principal:
            return Refused("attachment.view_first", "view")
        content = await store.read(state.attached.referral, command.file)
        parts = max(1, -(-len(content) // PART_MAX))
        if command.part >= parts:
            return Refused("attachment.bad_part", "part")
        data = base64.b64encode(content[command.part * PART_MAX : (command.part + 1) * PART_MAX]).decode()
        given = {"data": data, "parts": parts, "sha256": state.attached.sha256, "media_type": state.attached.media_type}
        return Accepted(id=command.file, commit=command.view, n=view.commit.n, seq=view.seq, data=given)

    async def _referral(self, request: Request, key: str) -> Referral | None:
        """A unit finds its own alone: another's id is not there, exactly like no id."""
        if request.actor.unit is not None:
            return fold_referral(await self._ledger.load(subjects.referral(request.actor.unit, key)))
        subject = await self._ledger.find("referral", key)
        return fold_referral(await self._ledger.load(subject)) if subject else None
