"""Facts of one briefing (简报、通报、情况汇报): generated, reviewed, issued, corrected or withdrawn. domain.md §4.3 F."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from events.fact import Code, Digest, Fact, Label
from events.publication import Year

# `contacts`, `contacts.disposition.referred`, `units.u08.issued`: what a figure is called, everywhere.
Figure = Annotated[str, Meta(pattern=r"\A[a-z][0-9A-Za-z_.-]{0,79}\Z", description="name of a figure")]
Position = Annotated[int, Meta(ge=1, description="sequence number in the ledger")]
Count = Annotated[int, Meta(ge=0)]
Number = Annotated[int, Meta(ge=1)]
Copies = Annotated[int, Meta(ge=1, le=100_000)]


class BriefingGenerated(Fact, tag="BriefingGenerated.v1", frozen=True, kw_only=True):
    """The figures of a period as they stood at one position. Computed there again they have the same digest, for ever."""

    # Code list briefing_kind.
    kind: Code
    start: date
    end: date
    position: Position
    head_hash: Digest
    # The program and the texts of its read models.
    code: Label
    figures_digest: Digest
    # What was done to small cells in everything that leaves the core team.
    suppression: Label


class BriefingReviewed(Fact, tag="BriefingReviewed.v1", frozen=True, kw_only=True):
    """Somebody else had the figures computed again at its position: they have this digest still."""

    figures_digest: Digest


class BriefingIssued(Fact, tag="BriefingIssued.v1", frozen=True, kw_only=True):
    """印发: 第`issue_no`期 of `year`, 总第`total_no`期 of its kind; neither is ever given again."""

    year: Year
    issue_no: Number
    total_no: Number
    # 报 to superiors, 送 to those beside, 发 to members and below: code list recipient.
    report_to: tuple[Code, ...] = ()
    send_to: tuple[Code, ...] = ()
    issue_to: tuple[Code, ...] = ()
    copies: Copies


class BriefingCorrected(Fact, tag="BriefingCorrected.v1", frozen=True, kw_only=True):
    """更正: one figure of the same period as it is known at a newer position. The issue itself stays as it was printed."""

    # 1, 2, 3 … within its briefing.
    number: Number
    figure: Figure
    # What was printed, or corrected last.
    was: Count
    now: Count
    position: Position
    head_hash: Digest
    # The commit that changed it.
    cause: Position
    # Code list restatement_reason.
    reason: Code


class BriefingWithdrawn(Fact, tag="BriefingWithdrawn.v1", frozen=True, kw_only=True):
    """撤回. Its number, if it had one, stays its own. Code list briefing_withdraw_reason."""

    reason: Code


def figures_digest(figures: Mapping[str, int]) -> str:
    """SHA-256 of figures by name as deterministic JSON: equal figures, equal digest, on any machine."""
    return hashlib.sha256(msgspec.json.encode(dict(figures), order="deterministic")).hexdigest()


BriefingFact = BriefingGenerated | BriefingReviewed | BriefingIssued | BriefingCorrected | BriefingWithdrawn
