"""How a referral ends: closed, revoked, transferred on, terminated. Pure. domain.md §4.3 C."""

from events.calendar import CHINA
from events.referral import (
    ReferralClosed,
    ReferralFact,
    ReferralRevoked,
    ReferralTerminated,
    ReferralTransferred,
)
from services.command import Command
from services.decision import Already, Env, Refused, unknown_code
from services.referral.commands import CloseReferral, RevokeReferral, TerminateReferral, TransferReferral
from services.referral.proxy import not_now
from services.referral.referral_history import OPEN, Referral

# Each ends a referral in this status, and says nothing new once it has.
ENDS_AS: dict[type[Command], str] = {
    CloseReferral: "closed",
    RevokeReferral: "revoked",
    TransferReferral: "transferred_on",
    TerminateReferral: "terminated",
}


def decide(command: Command, state: Referral, env: Env) -> list[ReferralFact] | Already | Refused:
    """The referral has not ended yet."""
    match command:
        case CloseReferral() if state.status == "verified":
            own = env.actor.principal == state.reporter
            return Refused("referral.reporter_may_not_verify") if own else [ReferralClosed()]
        case RevokeReferral(reason=reason) if state.status in (*OPEN, "verified"):
            return unknown_code("revoke_reason", reason, "reason") or [ReferralRevoked(reason=reason)]
        case TransferReferral(to=to) if state.status in OPEN:
            return [ReferralTransferred(to=to)]
        case TerminateReferral(requested_on=day) if state.status in OPEN:
            if day < state.issued.issued.astimezone(CHINA).date():
                return Refused("referral.back_dated", "requested_on")
            if day > env.now.astimezone(CHINA).date():
                return Refused("command.in_the_future", "requested_on")
            return [ReferralTerminated(requested_on=day)]
        case _:
            return not_now(state)


def ended(command: Command, state: Referral) -> Already | Refused:
    """What is answered once the referral has ended."""
    elsewhere = isinstance(command, TransferReferral) and command.to != state.transferred_to
    if ENDS_AS.get(type(command)) == state.status and not elsewhere:
        return Already()
    if state.status == "returned":
        return Refused("referral.returned", "referral")
    return Refused("referral.ended", "referral", {"status": state.status})
