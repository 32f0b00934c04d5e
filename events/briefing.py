"""Facts of one briefing (简报、通报、情况汇报): generated, reviewed, issued, corrected or withdrawn. domain.md §4.3 F."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from events.fact import Code, Digest, Fact, Label

# `contacts`, `contacts.disposition.referred`, `units.u08.issued`: what a figure is called, everywhere.
Figure = Annotated[str, Meta(pattern=r"\A[a-z][0-9A-Za-z_.-]{0,79}\Z", description="name of a figure")]
Position = Annotated[int, Meta(ge=1, description="sequence number in the ledger")]


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


def figures_digest(figures: Mapping[str, int]) -> str:
    """SHA-256 of figures by name as deterministic JSON: equal figures, equal digest, on any machine."""
    return hashlib.sha256(msgspec.json.encode(dict(figures), order="deterministic")).hexdigest()


BriefingFact = BriefingGenerated
