"""The agenda of a meeting: whom it is sent to, what comes on it, and when it is settled. Pure. domain.md §4.3 E."""

import re
from datetime import datetime

from events.calendar import CHINA
from events.commit import derive_id
from events.meeting import (
    AgendaFrozen,
    AgendaItemProposed,
    AgendaItemWithdrawn,
    NotificationSent,
    items_digest,
)
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.meeting.commands import FreezeAgenda, ProposeAgendaItem, SendNotification, WithdrawAgendaItem
from services.meeting.meeting_history import ENDED, Meeting
from services.meeting.rules import PLANNED_AHEAD_MAX, Laid, Outcome, not_now, personal, unknown_units

# Nothing that a meeting takes up is older.
EARLIEST = datetime(2000, 1, 1, tzinfo=CHINA)
DOCUMENT_NUMBER = re.compile(r"[一-龥]{1,8}〔\d{4}〕[1-9]\d{0,5}号")


def item_id(meeting: str, kind: str, matter: str) -> str:
    """The id of the item about one matter, a document's number or a title: who proposes it twice meets the first."""
    return derive_id("agenda-item", meeting, kind, matter)


def decide(
    command: SendNotification | ProposeAgendaItem | WithdrawAgendaItem, state: Meeting, env: Env, key: str
) -> Outcome:
    match command:
        case SendNotification() if state.agenda_open:
            return _notify(command, state, env)
        case ProposeAgendaItem() if state.agenda_open:
            return _propose(command, state, env, key)
        case WithdrawAgendaItem(item=item) if state.agenda_open:
            return [AgendaItemWithdrawn(item=item)] if item in state.items else Refused("meeting.no_such_item", "item")
        case _ if state.status in ENDED:
            return not_now(state)
        case _:
            return Refused("meeting.agenda_frozen", "meeting")


def _notify(command: SendNotification, state: Meeting, env: Env) -> Outcome:
    refusal = unknown_units(command.units, "units", env)
    if refusal is not None:
        return refusal
    if env.now >= state.planned.starts:
        return Refused("meeting.has_begun", "meeting")
    units = tuple(dict.fromkeys((*state.units, *command.units)))
    return Already() if units == state.units else [NotificationSent(units=units)]


def _propose(command: ProposeAgendaItem, state: Meeting, env: Env, key: str) -> Outcome:
    refusal = first_refusal(
        unknown_code("agenda_kind", command.kind, "kind"),
        unknown_code("agenda_why", command.why, "why"),
        unknown_code("category", command.category, "category"),
        unknown_code("region", command.region, "region"),
        unknown_units((command.unit,) if command.unit else (), "unit", env),
        _since_refused(command, env),
        personal(title=command.title),
        _number_refused(command),
    )
    if refusal is not None:
        return refusal
    item = item_id(key, command.kind, command.number or command.title.strip())
    if item in state.items:
        return Already()
    return [
        AgendaItemProposed(
            item=item,
            kind=command.kind,
            title=command.title.strip(),
            number=command.number,
            unit=command.unit,
            category=command.category,
            region=command.region,
            why=command.why,
            since=command.since.astimezone(CHINA) if command.since else None,
        )
    ]


def _since_refused(command: ProposeAgendaItem, env: Env) -> Refused | None:
    if command.since is None:
        return None
    if command.since > env.now + PLANNED_AHEAD_MAX:
        return Refused("command.in_the_future", "since")
    return Refused("meeting.back_dated", "since") if command.since < EARLIEST else None


def _number_refused(command: ProposeAgendaItem) -> Refused | None:
    """What is stuck, overdue or resolved upon is a document with a number; other business needs none."""
    if command.number is None:
        return None if command.kind == "other" else Refused("meeting.number_missing", "number")
    return None if DOCUMENT_NUMBER.fullmatch(command.number) else Refused("meeting.number_malformed", "number")


def freeze(command: FreezeAgenda, state: Meeting, briefing: Laid | None) -> Outcome:
    if state.frozen is not None:
        same = state.frozen.briefing == command.briefing
        return Already() if same else Refused("meeting.agenda_frozen", "meeting")
    if state.status != "notified":
        return not_now(state)
    if not state.items:
        return Refused("meeting.agenda_empty", "meeting")
    if briefing is None:
        return Refused("meeting.no_such_briefing", "briefing")
    if briefing.withdrawn:
        return Refused("meeting.briefing_withdrawn", "briefing")
    return [
        AgendaFrozen(
            as_of_position=briefing.position,
            briefing=briefing.briefing,
            figures_digest=briefing.figures_digest,
            items_digest=items_digest(state.items.values()),
        )
    ]
