"""The life of one attached file: attached -> viewed, any number of times. Pure. domain.md §5: reads are facts, too."""

from collections.abc import Iterable

from msgspec import Struct

from events.commit import derive_id
from events.file import FileAttached, FileFact, FileViewed
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused, unknown_code
from services.referral.commands import AttachFile, ViewFile
from services.referral.referral_history import OPEN, Referral

# A unit says what it did once it has taken the referral.
TAKES_FILES = tuple(status for status in (*OPEN, "verified") if status != "issued")
PAPER = "paper"


class File(Struct, frozen=True):
    attached: FileAttached
    views: int = 0


def file_id(referral: str, sha256: str) -> str:
    """The id of the file with this content at this referral: attached twice, it is one file."""
    return derive_id("file", referral, sha256)


def decide(
    command: Command, state: File | None, env: Env, about: Referral | None = None, size: int = 0
) -> list[FileFact] | Already | Refused:
    """Return the facts to record. `about`: the referral, and `size`: how many bytes arrived; for AttachFile."""
    match command, state:
        case AttachFile(), File():
            return Already()
        case AttachFile(), None:
            return _attach(command, env, about, size)
        case ViewFile(purpose=purpose), File():
            return unknown_code("view_purpose", purpose, "purpose") or [FileViewed(purpose=purpose)]
        case ViewFile(), None:
            return Refused("attachment.not_found", "file")
        case _:
            return Refused("command.unknown_verb")


def _attach(command: AttachFile, env: Env, about: Referral | None, size: int) -> list[FileFact] | Refused:
    own = env.actor.unit
    if about is None or (own is not None and own != about.issued.unit):
        return Refused("referral.not_found", "referral")
    if own is None and command.on_behalf_of != about.issued.unit:
        return Refused("referral.on_behalf_missing", "on_behalf_of")
    if about.status not in TAKES_FILES:
        return Refused("attachment.referral_takes_none", "referral", {"status": about.status})
    return [
        FileAttached(
            referral=command.referral,
            unit=about.issued.unit,
            sha256=command.sha256,
            size=size,
            media_type=command.media_type,
            method=None if own else PAPER,
        )
    ]


def evolve(state: File | None, fact: FileFact) -> File:
    """Apply one recorded fact. A fact that does not fit means damage."""
    match state, fact:
        case None, FileAttached():
            return File(fact)
        case File(attached, views), FileViewed():
            return File(attached, views + 1)
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in a file")


def fold(facts: Iterable[FileFact]) -> File | None:
    state: File | None = None
    for fact in facts:
        state = evolve(state, fact)
    return state
