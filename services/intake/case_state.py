"""The state of one case, and what can be read off it. Pure. domain.md §4.3 B."""

from datetime import date, datetime

from msgspec import Struct

from events.case import CallbackCompleted, CaseOpened, CaseTriaged

OPEN = ("triaged", "accepted", "in_handling", "awaiting_callback")
WORKED = ("accepted", "in_handling", "awaiting_callback")
# The case rests, and can be reopened or archived.
ENDED = ("closed", "answered", "not_accepted")
NO_CALLBACK = "no_callback"


class Case(Struct, frozen=True, kw_only=True):
    opened: CaseOpened
    status: str = "opened"
    # As corrected.
    triaged: CaseTriaged | None = None
    confidentiality: str | None = None
    report_grounds: tuple[int, ...] = ()
    report_made: bool = False
    report_at: datetime | None = None
    report_acknowledged: bool = False
    report_overridden: bool = False
    # Referral id -> its unit, while it is open.
    open_referrals: dict[str, str] = {}
    # Every referral that was ever asked for, with its unit; and those that are known to be issued.
    requested: dict[str, str] = {}
    issued: tuple[str, ...] = ()
    # Ended without a result, and not replaced by another yet.
    returned: tuple[str, ...] = ()
    # Still open when another was asked for in its place.
    replaced: tuple[str, ...] = ()
    coordinations: int = 0
    handled: bool = False
    # Outcome -> the day on which it is to be reviewed, or None.
    outcomes: dict[str, date | None] = {}
    # Days on which the caller was not reached since work was last done.
    missed_on: tuple[date, ...] = ()
    # An attempt reached the caller, and the answers follow.
    reached: bool = False
    called_back: CallbackCompleted | None = None
    # How often a callback sent it back to work, and how often it was reopened.
    redone: int = 0
    reopened: int = 0
    officer: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    # The roles of those whose consent stands.
    consents: tuple[str, ...] = ()
    closed_as: str | None = None
    appeal_until: datetime | None = None

    @property
    def report_open(self) -> bool:
        return bool(self.report_grounds) and not self.report_made

    @property
    def hindered(self) -> bool:
        """A report is open and nobody answers for working before it: nothing goes on but the report."""
        return self.report_open and not self.report_overridden

    @property
    def no_callback(self) -> bool:
        return self.confidentiality == NO_CALLBACK

    @property
    def suspect_unit(self) -> str | None:
        return self.triaged.suspect_unit if self.triaged else None


def may_leave_triage(state: Case) -> bool:
    """Every plain yes of the screen called for a report, and what was called for was made or is answered for."""
    assert state.triaged is not None  # a case is triaged in the commit that opens it
    yes = {number for number, answer in enumerate(state.triaged.screen, start=1) if answer == "y"}
    return yes <= {*state.report_grounds} and not state.hindered


def untouched(state: Case) -> bool:
    """Nobody else was asked to do anything yet: the case can still be voided."""
    nothing_done = not state.requested and not state.coordinations and not state.report_grounds and not state.outcomes
    return nothing_done and state.reopened == 0 and state.status in ("triaged", "accepted", "answered", "not_accepted")


def holder(state: Case) -> str | None:
    """Who has to act: desk, unit, officer, coordinator; None when nobody has to, or when an open case is lost.

    The unit that is complained of holds nothing. The same rule stands in models/case_board.sql.
    """
    if state.status not in OPEN:
        return None
    if state.status == "triaged":
        return "desk" if state.report_open else None
    if {*state.open_referrals.values()} - {state.suspect_unit}:
        return "unit"
    return "officer" if state.officer else "coordinator"
