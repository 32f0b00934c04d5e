"""Issue and sign-for: what a unit is told, built from its disclosure profile, and when its clock starts. Pure."""

from events.codes import code_list
from events.referral import Duty, ReferralFact, ReferralIssued, ReferralSigned
from services.decision import Env, Refused
from services.referral.clock import Deadlines
from services.referral.commands import IssueReferral, SignReferral
from services.referral.proxy import AHEAD_MAX, SYSTEM, may_not_speak, misdated
from services.referral.referral_history import CO, LEAD, Referral
from services.referral.returns import RETURN_POLICY

LEAD_PROFILE, CO_PROFILE = "lead_unit", "co_unit"
UNKNOWN_AGE = "unknown"
YOUTH_LAW = "未成年人保护法"
PREVENTION_LAW = "预防未成年人犯罪法"
LEGAL_AID_LAW = "法律援助法"
LEGAL_BASIS = {"15": (YOUTH_LAW, LEGAL_AID_LAW), "16": (YOUTH_LAW, PREVENTION_LAW)}


def issue(
    command: IssueReferral, env: Env, duty: Duty | None, number: str, deadlines: Deadlines, lead_unit: str | None
) -> list[ReferralFact] | Refused:
    """Build the referral from its disclosure profile: codes and posts, nothing that anyone typed."""
    if duty is None:
        return Refused("unit.unknown", "unit")
    if not all(post.strip() for post in (duty.leader, duty.department, duty.post)):
        # 三项责任制: a referral that nobody answers for is none (domain.md §4.3 C duty).
        return Refused("referral.duty_missing", "unit")
    if command.lead is not None and lead_unit is None:
        return Refused("referral.lead_not_found", "lead")
    co = command.lead is not None
    policy = deadlines.sign_policy(command.urgency)
    counted = deadlines.period(policy, env.now)
    due, provisional = deadlines.end(counted)
    matter_zh, matter_en = _asks(command) if co else _matter(command)
    return [
        ReferralIssued(
            referral_no=number,
            unit=command.unit,
            role=CO if co else LEAD,
            duty=duty,
            contact_type=command.contact_type,
            category=command.category,
            region=command.region,
            # domain.md §5: a co-unit sees the category, the county and what is asked of it.
            age_band=UNKNOWN_AGE if co else command.age_band,
            urgency=command.urgency,
            matter_zh=matter_zh[:80],
            matter_en=matter_en[:80],
            asks=command.asks,
            legal_basis=LEGAL_BASIS.get(command.category, (YOUTH_LAW,)),
            disclosure_profile=CO_PROFILE if co else LEAD_PROFILE,
            issued=env.now,
            due_sign=due,
            sign_policy=policy,
            report_policy=deadlines.report_policy(command.contact_type, command.urgency),
            calendar_version=deadlines.version,
            provisional=provisional,
            counted=counted,
            lead=command.lead,
            lead_unit=lead_unit,
        )
    ]


def _matter(command: IssueReferral) -> tuple[str, str]:
    category, region = code_list("category"), code_list("region")
    return (
        f"{region.zh(command.region)}青少年“{category.zh(command.category)}”事项",
        f"{category.en(command.category)}, {region.en(command.region)}",
    )


def _asks(command: IssueReferral) -> tuple[str, str]:
    asks = code_list("ask")
    return (
        f"协办：{'、'.join(asks.zh(code) for code in command.asks)}",
        f"To assist: {', '.join(asks.en(code) for code in command.asks)}",
    )


def sign(command: SignReferral, state: Referral, env: Env, deadlines: Deadlines) -> list[ReferralFact] | Refused:
    refusal = misdated(command, env, state.issued.issued) or may_not_speak(command, state, env)
    if refusal is not None:
        return refusal
    if command.method == SYSTEM and env.occurred < env.now - AHEAD_MAX:
        return Refused("referral.system_sign_is_now", "occurred")
    # From the day of signing, not of typing (domain.md §4.2).
    counted = deadlines.period(state.issued.report_policy, env.occurred)
    due, provisional = deadlines.end(counted)
    return_until, _ = deadlines.due(RETURN_POLICY, env.occurred)
    return [
        ReferralSigned(
            method=command.method,
            late=env.occurred > state.due_sign,
            due_report=due,
            return_until=return_until,
            report_policy=state.issued.report_policy,
            calendar_version=deadlines.version,
            provisional=provisional,
            counted=counted,
        )
    ]
