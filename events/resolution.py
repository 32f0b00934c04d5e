"""Facts of one resolution of a joint meeting (议定事项), as its lead unit receives them. domain.md §4.3 E.

Partners read these bytes: every field is a code, a number, a date, a post or the resolution's own short title.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Fact, Id, Label, Moment, Token
from events.referral import Duty

WorkingDays = Annotated[int, Meta(ge=0, le=10_000)]


class ResolutionAdopted(Fact, tag="ResolutionAdopted.v1", frozen=True, kw_only=True):
    """Exactly one unit leads, and there is a day to be done by. `basis`: the rule or document that it rests on."""

    resolution_no: Label
    meeting: Id
    title: Label
    lead: Token
    co: tuple[Token, ...] = ()
    duty: Duty
    basis: Label
    # The day that the meeting named; `due` is its last moment on the calendar as it stood.
    due_on: date
    due: Moment
    calendar_version: Label
    provisional: bool


class ResolutionProgressed(Fact, tag="ResolutionProgressed.v1", frozen=True, kw_only=True):
    measures: tuple[Code, ...]
    # How it reached the office when the unit did not enter it itself.
    method: Code | None = None


class ResolutionReported(Fact, tag="ResolutionReported.v1", frozen=True, kw_only=True):
    # Code list resolution_result.
    result: Code
    measures: tuple[Code, ...]
    late: bool
    # Whole working days after the due day; 0 when in time.
    late_working_days: WorkingDays = 0
    method: Code | None = None


class ResolutionDischarged(Fact, tag="ResolutionDischarged.v1", frozen=True, kw_only=True):
    """销号."""

    result: Code


class ResolutionSentBack(Fact, tag="ResolutionSentBack.v1", frozen=True, kw_only=True):
    """退回: the report does not stand; the unit goes on, until the day that is named here."""

    reason: Code
    due_on: date
    due: Moment
    calendar_version: Label
    provisional: bool


class ResolutionExtended(Fact, tag="ResolutionExtended.v1", frozen=True, kw_only=True):
    reason: Code
    old: Moment
    due_on: date
    due: Moment
    calendar_version: Label
    provisional: bool


class ResolutionDueRecomputed(Fact, tag="ResolutionDueRecomputed.v1", frozen=True, kw_only=True):
    """The due day on another calendar. `new` may equal `old`: then it is confirmed."""

    old: Moment
    new: Moment
    # Code list due_cause.
    cause: Code
    calendar_version: Label
    provisional: bool


class ResolutionDueSoon(Fact, tag="ResolutionDueSoon.v1", frozen=True, kw_only=True):
    """提醒: the due day is near and nothing is reported. Once for each due day."""

    due: Moment
    working_days: WorkingDays
    calendar_version: Label


class ResolutionOverdue(Fact, tag="ResolutionOverdue.v1", frozen=True, kw_only=True):
    """A threshold after the due day was crossed unreported: `working_days` late, each threshold once."""

    due: Moment
    working_days: WorkingDays
    # Code list threshold.
    threshold: Code
    calendar_version: Label


class ResolutionCarriedOver(Fact, tag="ResolutionCarriedOver.v1", frozen=True, kw_only=True):
    """结转: handed to another meeting, which decides anew; nothing runs against the unit until then."""

    to: Id


ResolutionFact = (
    ResolutionAdopted
    | ResolutionProgressed
    | ResolutionReported
    | ResolutionDischarged
    | ResolutionSentBack
    | ResolutionExtended
    | ResolutionDueRecomputed
    | ResolutionDueSoon
    | ResolutionOverdue
    | ResolutionCarriedOver
)
