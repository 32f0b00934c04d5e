"""Drafting a notice: which one a referral calls for, by hand or by the rule, and the next one when it goes unanswered. Pure.

domain.md §4.3 D: one open notice a referral and level, grounds from the list, escalation after the date to reply by.
"""

from collections.abc import Sequence
from datetime import datetime

from events.calendar import CHINA
from events.commit import derive_id
from events.notice import NoticeDrafted, NoticeEscalated, NoticeFact, NoticeServed, NoticeSignedOff, ReminderIssued
from services.decision import Already, Env, Refused, first_refusal, unknown_code
from services.referral import supervision
from services.referral.commands import DraftNotice, EscalateNotice
from services.referral.matter import (
    REPORT_OVERDUE,
    RESOLUTION_OVERDUE,
    SIGN_OVERDUE,
    Matter,
    of_referral,
)
from services.referral.notice_history import CIRCULAR, MEETING, REMIND, TALK, URGE, Notice
from services.referral.referral import Deadlines, Referral

SYSTEM = "system"
REFUSED_RECEIPT, PERFUNCTORY = "refused_receipt", "perfunctory"
OF_A_DATE = (SIGN_OVERDUE, REPORT_OVERDUE, RESOLUTION_OVERDUE)


def notice_id(referral: str, level: int, number: int) -> str:
    """The id of the `number`-th notice of this level about this referral, from 0: whoever drafts it twice meets the first."""
    return derive_id("notice", referral, str(level), str(number))


def due_of(about: Referral | Matter) -> tuple[datetime, str]:
    """The date that the matter stands under, and the ground when it is missed."""
    matter = _matter(about)
    return matter.due, matter.ground


def _matter(about: Referral | Matter) -> Matter:
    return about if isinstance(about, Matter) else of_referral(about)


def draft(
    command: DraftNotice,
    about: Referral | Matter,
    env: Env,
    deadlines: Deadlines,
    number: str = "",
    others: Sequence[Notice] = (),
) -> list[NoticeFact] | Refused:
    """Draft a notice. `others`: the open ones about this matter; `number`: the next of the series of an urge.

    What the standing rule sends, a reminder or an urge, goes out at once; the rest waits for a signature.
    """
    by_hand, matter = env.actor.role != "service", _matter(about)
    refusal = _level_refused(command, matter, others, by_hand) or (
        _by_hand_refused(command, matter, env.now) if by_hand else _by_rule_refused(command.level, matter, env.now)
    )
    if refusal is not None:
        return refusal
    # A reminder comes before anything is wrong: it has no ground.
    grounds = command.grounds or (() if command.level == REMIND else (matter.ground,))
    drafted = _drafted(command, command.level, command.referral, grounds, matter, env.now, deadlines)
    if command.level > URGE:
        return [drafted]
    sent = _by_standing_rule(drafted, env, deadlines, number)
    return sent if isinstance(sent, Refused) else [drafted, *sent]


def escalate(
    command: EscalateNotice,
    state: Notice,
    about: Referral | Matter,
    env: Env,
    deadlines: Deadlines,
    to: str,
    others: Sequence[Notice] = (),
) -> tuple[NoticeEscalated, NoticeDrafted] | Already | Refused:
    """The end of one level's patience: a fact of this notice, and the draft of the next level, whose id is `to`.

    The service drafts ahead by policy; that the date has passed is then asked for when the draft is signed off.
    """
    level, matter = state.drafted.level + 1, _matter(about)
    refusal = _escalation_refused(state, matter, env)
    if refusal is not None:
        return refusal
    if any(other.drafted.level == level for other in others):
        # Once it stands, it is done; when that one was withdrawn or discharged, this one may be escalated anew.
        return Refused("notice.already_open", "notice") if state.escalated_to is None else Already()
    refusal = first_refusal(
        _form_refused(level, command.form), *(unknown_code("demand", code, "demands") for code in command.demands)
    )
    if refusal is not None:
        return refusal
    key, grounds = state.drafted.referral, state.drafted.grounds
    drafted = _drafted(command, level, key, grounds, matter, env.now, deadlines)
    return NoticeEscalated(to=to, level=level), drafted


def _escalation_refused(state: Notice, matter: Matter, env: Env) -> Refused | None:
    if state.drafted.level == REMIND:
        return Refused("notice.no_reply_asked", "notice")
    if state.status in ("discharged", "withdrawn"):
        return Refused(f"notice.{state.status}", "notice")
    if state.status == "accepted":
        return Refused("notice.reply_accepted", "notice")
    if state.drafted.level == MEETING:
        return Refused("notice.highest_level", "notice")
    if matter.ended:
        return Refused("notice.referral_ended", "notice")
    if env.actor.role == "service":
        return None if matter.overdue(env.now) else Refused("notice.referral_not_overdue", "notice")
    if state.status in ("drafted", "signed_off"):
        return Refused("notice.not_served", "notice")
    return Refused("notice.reply_not_due", "notice") if env.now <= state.reply_due else None


def _level_refused(command: DraftNotice, matter: Matter, others: Sequence[Notice], by_hand: bool) -> Refused | None:
    if by_hand and command.level <= URGE:
        return Refused("notice.by_standing_rule", "level")
    if matter.ended:
        return Refused("notice.referral_ended", "referral")
    if any(other.drafted.level == command.level for other in others):
        return Refused("notice.already_open", "level")
    # The ladder is climbed from the notice that stands, when its date has passed; not past it.
    if by_hand and command.level >= CIRCULAR and any(URGE < other.drafted.level < command.level for other in others):
        return Refused("notice.escalate_instead", "level")
    return _form_refused(command.level, command.form)


def _form_refused(level: int, form: str | None) -> Refused | None:
    if form is None:
        return None
    if level != TALK:
        return Refused("notice.form_not_of_level", "form")
    return unknown_code("supervision_form", form, "form")


def _by_rule_refused(level: int, matter: Matter, now: datetime) -> Refused | None:
    if level == REMIND:
        near = matter.running and now <= matter.due
        return None if near else Refused("notice.nothing_to_remind_of", "referral")
    return None if matter.overdue(now) else Refused("notice.referral_not_overdue", "referral")


def _by_hand_refused(command: DraftNotice, matter: Matter, now: datetime) -> Refused | None:
    """Why a supervisor's draft cannot stand: each ground is in the list and borne out by the matter."""
    if not command.grounds:
        return Refused("notice.ground_missing", "grounds")
    refusal = first_refusal(
        *(unknown_code("supervision_ground", code, "grounds") for code in command.grounds),
        *(unknown_code("demand", code, "demands") for code in command.demands),
    )
    if refusal is not None:
        return refusal
    unsigned = matter.ground == SIGN_OVERDUE
    borne_out = {each: matter.ground == each and matter.overdue(now) for each in OF_A_DATE} | {
        REFUSED_RECEIPT: unsigned,
        PERFUNCTORY: matter.reported,
    }
    wrong = next((ground for ground in command.grounds if not borne_out.get(ground, True)), None)
    return None if wrong is None else Refused("notice.ground_not_on_record", "grounds", {"ground": wrong})


def _drafted(
    command: DraftNotice | EscalateNotice,
    number: int,
    key: str,
    grounds: tuple[str, ...],
    matter: Matter,
    now: datetime,
    deadlines: Deadlines,
) -> NoticeDrafted:
    level = supervision.level(number, command.form)
    assert level is not None  # every level is in the table, and the form was checked
    # A reminder asks for no reply: it stands until the date that it reminds of.
    reply_due, provisional = deadlines.due(level.reply_policy, now) if level.reply_policy else (matter.due, False)
    return NoticeDrafted(
        level=number,
        grounds=grounds,
        unit=matter.unit,
        referral=key,
        referral_no=matter.number,
        matter_zh=matter.matter_zh,
        matter_en=matter.matter_en,
        issued=matter.issued,
        due=matter.due,
        working_days_over=deadlines.working_days_after(matter.due, now) if matter.overdue(now) else 0,
        calendar_version=deadlines.version,
        demands=command.demands or level.demands,
        reply_due=reply_due,
        provisional=provisional,
        form=level.form,
        escalated_from=command.notice if isinstance(command, EscalateNotice) else None,
        about=matter.about,
    )


def _by_standing_rule(
    drafted: NoticeDrafted, env: Env, deadlines: Deadlines, number: str
) -> list[NoticeFact] | Refused:
    """The rule, not a person, is its mandate (domain.md §0.8, fsou 172733); a rule out of force sends nothing."""
    rule = supervision.standing_rule(drafted.level)
    basis = supervision.basis(drafted.level, rule.code, None, env.now.astimezone(CHINA).date())
    if isinstance(basis, Refused):
        return basis
    service = served(drafted, SYSTEM, None, env.now, deadlines)
    if drafted.level == REMIND:
        return [ReminderIssued(authority=rule.code, authority_basis=basis.label), service]
    return [signed_off(number, rule.signatory, basis), service]


def signed_off(number: str, signatory: str, basis: supervision.Basis) -> NoticeSignedOff:
    """The signature under a document number, with the mandate that it rests on."""
    return NoticeSignedOff(
        doc_no=number,
        signatory=signatory,
        authority_basis=basis.label,
        authority=basis.authority.code,
        authority_kind=basis.authority.rule.kind,
    )


def served(drafted: NoticeDrafted, method: str, to: str | None, at: datetime, deadlines: Deadlines) -> NoticeServed:
    """Service at `at`; the reply counts from there, not from the draft."""
    level = supervision.level(drafted.level, drafted.form)
    assert level is not None  # as drafted
    to = to or level.served_to
    if level.reply_policy is None:
        return NoticeServed(method=method, to=to)
    counted = deadlines.period(level.reply_policy, at)
    reply_due, provisional = deadlines.end(counted)
    return NoticeServed(method=method, to=to, reply_due=reply_due, provisional=provisional, counted=counted)
