"""Who speaks for a unit: itself, or a coordinator who enters what came on paper. Pure. domain.md §4.3 C "or proxy"."""

from datetime import datetime, timedelta

from services.command import Command
from services.decision import Env, Refused, unknown_code
from services.referral.commands import ForUnit, SignReferral
from services.referral.referral_history import Referral

AHEAD_MAX = timedelta(minutes=5)
SYSTEM, PROXY = "system", "proxy"


def may_not_speak(command: ForUnit, state: Referral, env: Env) -> Refused | None:
    """Why the sender does not speak for this referral's unit in this way, if so."""
    signing = isinstance(command, SignReferral)
    refusal = unknown_code("sign_method" if signing else "entry_method", command.method, "method")
    if refusal is not None:
        return refusal
    if env.actor.role == "unit":
        stranger = command.on_behalf_of not in (None, env.actor.unit)
        # A unit that signs on paper says so itself; what else it sends, it sends through the system.
        foreign = command.method == PROXY if signing else command.method != SYSTEM
        return (
            Refused("referral.not_a_proxy", "on_behalf_of" if stranger else "method") if stranger or foreign else None
        )
    if command.on_behalf_of is None:
        return Refused("referral.on_behalf_missing", "on_behalf_of")
    if command.on_behalf_of != state.issued.unit:
        return Refused("referral.not_its_unit", "on_behalf_of")
    return Refused("referral.proxy_method_missing", "method") if command.method == SYSTEM else None


def reached_office(command: ForUnit, env: Env) -> datetime:
    """When the unit's word counts as said: at its entry in the system, or when its paper came in (domain.md §4.2)."""
    return env.now if command.method == SYSTEM else env.occurred


def method_of(command: ForUnit) -> str | None:
    return None if command.method == SYSTEM else command.method


def misdated(command: Command, env: Env, earliest: datetime) -> Refused | None:
    """Nothing happens in the future, nothing before the step that it follows."""
    if env.occurred > env.now + AHEAD_MAX:
        return Refused("command.in_the_future", "occurred")
    # Now is never back-dated, though another clock that ran ahead may have dated the step before.
    early = env.occurred < earliest and env.occurred < env.now
    return Refused("referral.back_dated", "occurred") if early else None


def not_now(state: Referral) -> Refused:
    return Refused("referral.not_in_this_state", "referral", {"status": state.status})
