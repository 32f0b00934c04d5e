"""The commands of the publication service. domain.md §4.3 F.

No command here has a free-text field: what the units read afterwards is built from codes and figures alone.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from events.briefing import Copies, Figure, Position
from events.fact import Code, Id
from services.command import Command

Recipients = Annotated[tuple[Code, ...], Meta(max_length=20)]


class GenerateBriefing(Command, frozen=True, kw_only=True):
    """生成: fix what the figures of a period are at one position. Without `position`: at the ledger's last one."""

    kind: Code
    start: date
    end: date
    position: Position | None = None


class ReviewBriefing(Command, frozen=True, kw_only=True):
    """审核 by another one than who generated it; the figures are computed again and must be the same."""

    briefing: Id


class IssueBriefing(Command, frozen=True, kw_only=True):
    """印发: it takes its numbers; a briefing or circular is announced to every unit at once.

    报 `report_to`, 送 `send_to`, 发 `issue_to`: codes of list recipient, each in one of the three.
    """

    briefing: Id
    report_to: Recipients = ()
    send_to: Recipients = ()
    issue_to: Recipients = ()
    copies: Copies


class CorrectBriefing(Command, frozen=True, kw_only=True):
    """更正 one figure: as it is at a newer `position`, by default the ledger's last one.

    `cause`: sequence number of the commit that changed it, after the position that was printed.
    """

    briefing: Id
    figure: Figure
    reason: Code
    cause: Position
    position: Position | None = None


class WithdrawBriefing(Command, frozen=True, kw_only=True):
    """撤回. A number that it had is never used again."""

    briefing: Id
    reason: Code


COMMANDS: dict[str, type[Command]] = {
    command.__name__: command
    for command in (GenerateBriefing, ReviewBriefing, IssueBriefing, CorrectBriefing, WithdrawBriefing)
}
