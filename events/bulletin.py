"""Facts of one bulletin: what every partner unit is told of an issued briefing. domain.md §4.3 F, §5 "Small cells".

It has the id of its briefing and holds no name, no case, and no figure from which fewer than five could be inferred.
"""

from datetime import date

from msgspec import Struct

from events.briefing import Count, Figure, Number, Position
from events.fact import Code, Digest, Fact
from events.publication import Year


class PublishedFigure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure with its value, or with the reason why it is withheld: code list withheld."""

    figure: Figure
    value: Count | None = None
    withheld: Code | None = None


class BulletinIssued(Fact, tag="BulletinIssued.v1", frozen=True, kw_only=True):
    # Code list briefing_kind: its title.
    kind: Code
    start: date
    end: date
    year: Year
    issue_no: Number
    total_no: Number
    position: Position
    head_hash: Digest
    # Of all figures of the briefing, those that are not published included. Absent where so few contacts are counted that
    # whoever tries every possible set of figures would find theirs by it.
    figures_digest: Digest | None = None
    figures: tuple[PublishedFigure, ...]


class BulletinCorrected(Fact, tag="BulletinCorrected.v1", frozen=True, kw_only=True):
    """The briefing was corrected. `figure` is absent where the bulletin never held the one that was."""

    number: Number
    position: Position
    head_hash: Digest
    # Code list restatement_reason.
    reason: Code
    figure: PublishedFigure | None = None


class BulletinWithdrawn(Fact, tag="BulletinWithdrawn.v1", frozen=True, kw_only=True):
    """Code list briefing_withdraw_reason."""

    reason: Code


BulletinFact = BulletinIssued | BulletinCorrected | BulletinWithdrawn
