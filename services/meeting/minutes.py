"""The minutes of a meeting: drafted when every item has an outcome, signed on the frozen figures. Pure. domain.md §4.3 E."""

from events.meeting import MinutesDistributed, MinutesDrafted, MinutesSigned
from services.decision import Already, Env, Refused
from services.meeting.commands import DistributeMinutes, DraftMinutes, SignMinutes
from services.meeting.meeting_history import Meeting
from services.meeting.rules import Laid, Outcome, not_now, personal, unknown_units


def decide(
    command: DraftMinutes | SignMinutes | DistributeMinutes,
    state: Meeting,
    env: Env,
    number: str,
    briefing: Laid | None,
) -> Outcome:
    match command, state.status:
        case DraftMinutes(), "held":
            left = [key for key in state.items if key not in state.outcomes]
            refused = Refused("meeting.items_open", "meeting", {"left": str(len(left))})
            return refused if left else [MinutesDrafted()]
        case DraftMinutes(), "minutes_drafted" | "minutes_signed" | "in_follow_up":
            return Already()
        case SignMinutes(), "minutes_drafted":
            return _sign(command, state, number, briefing)
        case SignMinutes(figures_digest=figures), "minutes_signed" | "in_follow_up":
            # Other figures are other minutes, and these are signed.
            same = state.signed is not None and state.signed.figures_digest == figures
            return Already() if same else not_now(state)
        case DistributeMinutes(), "minutes_signed":
            parties = (unit for units in state.parties.values() for unit in units)
            units = command.units or tuple(dict.fromkeys((*state.units, *parties)))
            return unknown_units(units, "units", env) or [MinutesDistributed(units=units)]
        case DistributeMinutes(), "in_follow_up":
            return Already()
        case _:
            return not_now(state)


def _sign(command: SignMinutes, state: Meeting, number: str, briefing: Laid | None) -> Outcome:
    """The minutes print the figures that the meeting had before it, or say which briefing corrects them."""
    assert state.frozen is not None  # as the meeting was held
    refusal = personal(signatory=command.signatory)
    if refusal is not None:
        return refusal
    if command.restatement is not None and briefing is None:
        return Refused("meeting.no_such_briefing", "restatement")
    if briefing is not None and briefing.withdrawn:
        return Refused("meeting.briefing_withdrawn", "restatement")
    restated = briefing if command.restatement is not None else None
    expected = restated.figures_digest if restated else state.frozen.figures_digest
    if command.figures_digest != expected:
        return Refused("meeting.figures_differ", "figures_digest")
    return [
        MinutesSigned(
            doc_no=number,
            signatory=command.signatory.strip(),
            figures_digest=command.figures_digest,
            restatement=command.restatement,
        )
    ]
