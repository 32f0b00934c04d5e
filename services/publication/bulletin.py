"""What units may be told of a briefing, and what they have been told. Pure. domain.md §5 "Small cells".

No figure under five is published, and no two whose difference is one: neither of one bulletin (contacts less referrals),
nor of bulletins whose periods meet or overlap (a quarter less two of its months), nor by a correction (new less old).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import product

import msgspec
from msgspec import Struct

from events.briefing import BriefingGenerated, BriefingIssued
from events.bulletin import BulletinCorrected, BulletinFact, BulletinIssued, BulletinWithdrawn, PublishedFigure
from services.decision import DamagedHistory

# Totals alone: what they are made of is for the core team.
PUBLISHED = ("contacts", "referrals", "notices")
LEAST = 5
# Written into every briefing: which rule its bulletin keeps.
RULE = "totals-5-differences-5.v1"
# Kinds that go to every unit; a situation report goes upward (domain.md §0).
ANNOUNCED = frozenset({"briefing", "circular"})
UNDER, GIVES_AWAY, CHANGED_UNDER = "under_5", "gives_away", "changed_under_5"

_DAY = timedelta(days=1)


class Bulletin(Struct, frozen=True, kw_only=True):
    """What the units hold of one bulletin: its figures as they were published last."""

    issued: BulletinIssued
    figures: tuple[PublishedFigure, ...]
    corrections: int = 0
    withdrawn: bool = False

    def value(self, figure: str) -> int | None:
        """The value that the units know; None when it was withheld."""
        return next((each.value for each in self.figures if each.figure == figure), None)


def issued(
    generated: BriefingGenerated, numbers: BriefingIssued, figures: Mapping[str, int], others: Sequence[Bulletin]
) -> BulletinIssued:
    """The bulletin of a briefing. `others`: every bulletin that was ever issued, the withdrawn ones too."""
    shown: list[PublishedFigure] = []
    for figure in PUBLISHED:
        beside = [each.value for each in shown if each.value is not None]
        shown.append(_shown(figure, figures.get(figure, 0), (generated.start, generated.end), beside, others))
    return BulletinIssued(
        kind=generated.kind,
        start=generated.start,
        end=generated.end,
        year=numbers.year,
        issue_no=numbers.issue_no,
        total_no=numbers.total_no,
        position=generated.position,
        head_hash=generated.head_hash,
        figures_digest=generated.figures_digest if figures.get(PUBLISHED[0], 0) >= LEAST else None,
        figures=tuple(shown),
    )


def corrected(own: Bulletin, figure: str, now: int, others: Sequence[Bulletin]) -> PublishedFigure | None:
    """What units are told of a corrected figure; None: of one that no bulletin holds. `others`: all but its own."""
    if figure not in PUBLISHED:
        return None
    known = own.value(figure)
    if known is not None and abs(now - known) < LEAST:
        return PublishedFigure(figure=figure, withheld=CHANGED_UNDER)
    beside = [each.value for each in own.figures if each.value is not None and each.figure != figure]
    return _shown(figure, now, (own.issued.start, own.issued.end), beside, others)


def _shown(
    figure: str, value: int, period: tuple[date, date], beside: Iterable[int], others: Sequence[Bulletin]
) -> PublishedFigure:
    if value < LEAST:
        return PublishedFigure(figure=figure, withheld=UNDER)
    if any(abs(value - each) < LEAST for each in beside) or _gives_away(figure, value, period, others):
        return PublishedFigure(figure=figure, withheld=GIVES_AWAY)
    return PublishedFigure(figure=figure, value=value)


def _gives_away(figure: str, value: int, period: tuple[date, date], others: Sequence[Bulletin]) -> bool:
    """Whether sums and differences with other bulletins' periods would give a figure under five.

    A published figure says how much was counted between two days: two days that are connected by such figures, however
    many, are known apart. The new one must connect no two days that are less than five apart.
    """
    before, after = period[0], period[1] + _DAY
    steps: dict[date, list[tuple[date, int]]] = {}
    for other in others:
        known = other.value(figure)
        if known is not None:
            begin, end = other.issued.start, other.issued.end + _DAY
            steps.setdefault(begin, []).append((end, known))
            steps.setdefault(end, []).append((begin, -known))
    left, right = _counted_from(before, steps), _counted_from(after, steps)
    if after in left:
        # Known already, perhaps as it was at another position.
        return 0 < abs(left[after] - value) < LEAST
    return any(abs(value + there - here) < LEAST for here, there in product(left.values(), right.values()))


def _counted_from(day: date, steps: Mapping[date, Sequence[tuple[date, int]]]) -> dict[date, int]:
    """Every day that is connected with `day` -> what was counted from `day` until then; below zero for earlier ones."""
    found, waiting = {day: 0}, [day]
    while waiting:
        here = waiting.pop()
        for there, counted in steps.get(here, ()):
            if there not in found:
                found[there] = found[here] + counted
                waiting.append(there)
    return found


def evolve(state: Bulletin | None, fact: BulletinFact) -> Bulletin:
    """Apply one recorded fact. A fact that does not fit means damage."""
    match state, fact:
        case None, BulletinIssued(figures=figures):
            return Bulletin(issued=fact, figures=figures)
        case Bulletin(withdrawn=False), BulletinCorrected(number=number, figure=None) if (
            number == state.corrections + 1
        ):
            return msgspec.structs.replace(state, corrections=number)
        case Bulletin(withdrawn=False), BulletinCorrected(number=number, figure=new) if (
            new is not None and number == state.corrections + 1
        ):
            # What was published once stays known, whatever is withheld after it.
            heard = new.value is not None
            figures = tuple(new if heard and each.figure == new.figure else each for each in state.figures)
            return msgspec.structs.replace(state, corrections=number, figures=figures)
        case Bulletin(withdrawn=False), BulletinWithdrawn():
            return msgspec.structs.replace(state, withdrawn=True)
        case _:
            raise DamagedHistory(f"{type(fact).__name__} cannot follow in a bulletin")


def fold(facts: Iterable[BulletinFact]) -> Bulletin | None:
    """The bulletin as the units hold it; None when there is none."""
    state: Bulletin | None = None
    for fact in facts:
        state = evolve(state, fact)
    return state
