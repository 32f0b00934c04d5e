"""What a co-unit (配合单位) hears of a resolution that another unit leads: an aggregate of its own for each. domain.md §4.3 E.

Partners read these bytes. They say what concerns the co-unit and nothing else: not who else assists, nor how the lead works.
"""

from datetime import date

from events.fact import Code, Fact, Id, Label, Moment, Token


class CooperationBegun(Fact, tag="CooperationBegun.v1", frozen=True, kw_only=True):
    """The joint meeting resolved that this unit assists. `lead`: with whom to speak; `basis`: what it rests on."""

    resolution: Id
    resolution_no: Label
    title: Label
    lead: Token
    basis: Label
    # The day that the meeting named; `due` is its last moment on the calendar as it stood.
    due_on: date
    due: Moment
    calendar_version: Label
    provisional: bool


class CooperationDueMoved(Fact, tag="CooperationDueMoved.v1", frozen=True, kw_only=True):
    """The resolution is due at another moment. `due` may equal `old`: then it is confirmed."""

    old: Moment
    due_on: date
    due: Moment
    calendar_version: Label
    provisional: bool


class CooperationEnded(Fact, tag="CooperationEnded.v1", frozen=True, kw_only=True):
    """Nothing more is asked of this unit. `ending`: code list resolution_status, discharged or carried_over."""

    ending: Code


CooperationFact = CooperationBegun | CooperationDueMoved | CooperationEnded
