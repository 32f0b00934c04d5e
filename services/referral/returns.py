"""退单: a unit asks to be released, the coordinator decides. Pure. domain.md §0.7, §4.3 C; Weifang 12345 Reg. art 22."""

from events.referral import ReferralFact, ReturnGranted, ReturnRefused, ReturnRequested
from services.command import Command
from services.decision import Already, Env, Refused, unknown_code
from services.referral.commands import GrantReturn, RefuseReturn, RequestReturn
from services.referral.proxy import may_not_speak, not_now, reached_office
from services.referral.referral_history import Referral

# 5 working days after sign-for to ask for a return (信访工作条例 23; domain.md §4.7 OBJ).
RETURN_POLICY = "OBJ"


def decide(command: Command, state: Referral, env: Env) -> list[ReferralFact] | Already | Refused:
    match command, state:
        case RequestReturn(), Referral(status="signed" | "in_handling"):
            return may_not_speak(command, state, env) or _ask(command, state, env)
        case GrantReturn() | RefuseReturn(), Referral(status="return_requested") if env.actor.role == "unit":
            return Refused("referral.unit_may_not_decide", "referral")
        case GrantReturn() | RefuseReturn(), Referral(status="return_requested") if (
            env.actor.principal == state.return_by
        ):
            return Refused("referral.requester_may_not_decide", "referral")
        case GrantReturn(), Referral(status="return_requested", return_ground=str(ground)):
            return [ReturnGranted(ground=ground)]
        case RefuseReturn(), Referral(status="return_requested", return_ground=str(ground)):
            return [ReturnRefused(ground=ground)]
        case _:
            return not_now(state)


def _ask(command: RequestReturn, state: Referral, env: Env) -> list[ReferralFact] | Refused:
    if state.designated:
        return Refused("referral.designated", "referral")
    if state.return_until is not None and reached_office(command, env) > state.return_until:
        return Refused("referral.return_too_late", "referral")
    return unknown_code("return_ground", command.ground, "ground") or [ReturnRequested(ground=command.ground)]
