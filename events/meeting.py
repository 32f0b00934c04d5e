"""Facts of one joint meeting (联席会议), from its plan to the end of its follow-up. domain.md §4.3 E, §6.5.

No fact names a case or tells a story: an agenda item refers to a document by its number and speaks in codes.
"""

import hashlib
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from events.fact import Code, Digest, Fact, Id, Label, Moment, Token

Position = Annotated[int, Meta(ge=1, description="sequence number in the ledger")]
Units = tuple[Token, ...]


class MeetingPlanned(Fact, tag="MeetingPlanned.v1", frozen=True, kw_only=True):
    # Code list organ: whose meeting it is.
    organ: Code
    starts: Moment
    place: Label
    # The post that takes the chair.
    chair: Label
    regions: tuple[Code, ...] = ()


class NotificationSent(Fact, tag="NotificationSent.v1", frozen=True, kw_only=True):
    """会议通知: all units that are called to it, those of an earlier notification included."""

    units: Units


class AgendaItemProposed(Fact, tag="AgendaItemProposed.v1", frozen=True, kw_only=True):
    """提请研究. `number`: of the referral, notice or resolution that it is about; a case is never named."""

    item: Id
    # Code list agenda_kind.
    kind: Code
    title: Label
    number: Label | None = None
    unit: Token | None = None
    category: Code | None = None
    region: Code | None = None
    # Code list agenda_why, and since when that has been so.
    why: Code | None = None
    since: Moment | None = None


class AgendaItemWithdrawn(Fact, tag="AgendaItemWithdrawn.v1", frozen=True, kw_only=True):
    item: Id


class AgendaFrozen(Fact, tag="AgendaFrozen.v1", frozen=True, kw_only=True):
    """The agenda and the figures that the meeting has before it: what the ledger says later moves neither."""

    as_of_position: Position
    briefing: Id
    # Of the briefing's figures: those of the minutes are the same, or a restatement says why not.
    figures_digest: Digest
    items_digest: Digest


class AttendanceRecorded(Fact, tag="AttendanceRecorded.v1", frozen=True, kw_only=True):
    """The meeting was held: 出席, 请假, 列席."""

    present: Units
    excused: Units = ()
    observers: Units = ()


class ItemDiscussed(Fact, tag="ItemDiscussed.v1", frozen=True, kw_only=True):
    item: Id
    # Code list item_outcome; what was said last counts.
    outcome: Code


class ResolutionRecorded(Fact, tag="ResolutionRecorded.v1", frozen=True, kw_only=True):
    """议定: the resolution itself began in the same atomic batch (events/resolution.py)."""

    resolution: Id
    resolution_no: Label
    lead: Token
    co: Units = ()
    item: Id | None = None


class MinutesDrafted(Fact, tag="MinutesDrafted.v1", frozen=True, kw_only=True):
    pass


class MinutesSigned(Fact, tag="MinutesSigned.v1", frozen=True, kw_only=True):
    """签发纪要. The figures are the frozen briefing's, or those of `restatement`, the briefing that corrects it."""

    doc_no: Label
    signatory: Label
    figures_digest: Digest
    restatement: Id | None = None


class MinutesDistributed(Fact, tag="MinutesDistributed.v1", frozen=True, kw_only=True):
    """分送: the follow-up begins."""

    units: Units


class ResolutionNoted(Fact, tag="ResolutionNoted.v1", frozen=True, kw_only=True):
    """What the meeting hears of one of its resolutions: its status, code list resolution_status."""

    resolution: Id
    status: Code


class MeetingClosed(Fact, tag="MeetingClosed.v1", frozen=True, kw_only=True):
    pass


class MeetingCancelled(Fact, tag="MeetingCancelled.v1", frozen=True, kw_only=True):
    # Code list cancel_reason.
    reason: Code


MeetingFact = (
    MeetingPlanned
    | NotificationSent
    | AgendaItemProposed
    | AgendaItemWithdrawn
    | AgendaFrozen
    | AttendanceRecorded
    | ItemDiscussed
    | ResolutionRecorded
    | MinutesDrafted
    | MinutesSigned
    | MinutesDistributed
    | ResolutionNoted
    | MeetingClosed
    | MeetingCancelled
)


def items_digest(items: Iterable[AgendaItemProposed]) -> str:
    """SHA-256 of the items in their order as deterministic JSON: the same agenda, the same digest, on any machine."""
    return hashlib.sha256(msgspec.json.encode(list(items), order="deterministic")).hexdigest()
