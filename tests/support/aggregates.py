"""Contact, case, referral, notice, briefing, meeting, resolution, a part in one: a life in every state, and what each command makes of it. What docs/states.md is made from."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from events.commit import Actor
from events.notice import NoticeEscalated
from services.command import Command
from services.decision import Already, Refused
from services.referral import referral
from services.referral.referral_history import CO
from tests.support import cooperations, meetings
from tests.support import intake_states as intake
from tests.support.intake import NOW
from tests.unit import test_briefing as briefings
from tests.unit import test_notice as notices
from tests.unit import test_referral_states as referrals
from tests.unit.test_referral import CLOCK, DUTY, SIGNED_AT, env
from tests.unit.test_referral import Life as ReferralLife

# The column of what is not there yet.
NOTHING = "nothing"
LONG_AFTER = timedelta(days=60)
Outcome = list[Any] | Already | Refused


class Aggregate(Struct, frozen=True, kw_only=True):
    """`states`: name -> a new life in that state; its name begins with its status. `commands`: applied to a life."""

    zh: str
    en: str
    prefix: str
    status_list: str
    states: Mapping[str, Callable[[], Any]]
    commands: Mapping[str, Callable[[Any], Outcome]]
    about: str = ""

    def status(self, life: Any) -> str | None:
        return None if life.state is None else str(life.state.status)


def _unborn(life: Any) -> Any:
    life.state, life.facts = None, []
    return life


def _contact() -> Aggregate:
    def status(name: str) -> str:
        made = intake.CONTACT_STATES[name]().state
        return name if made is None or name.startswith(made.status) else f"{made.status}, {name}"

    def apply(command: Command) -> Callable[[Any], Outcome]:
        return lambda life: life.decide(command)

    return Aggregate(
        zh="登记",
        en="Contact",
        prefix="contact.",
        status_list="contact_status",
        states={status(name): make for name, make in intake.CONTACT_STATES.items()},
        commands={name: apply(command) for name, command in intake.CONTACT_COMMANDS.items()},
    )


def _case() -> Aggregate:
    def apply(command: Command) -> Callable[[Any], Outcome]:
        return lambda life: life.decide(command, NOW)

    later = {"ArchiveCase, after the window": lambda life: life.decide(intake.ARCHIVE, intake.LATER)}
    return Aggregate(
        zh="案件",
        en="Case",
        prefix="case.",
        status_list="case_status",
        states={
            NOTHING: lambda: _unborn(intake.lived()),
            **intake.CASE_STATES,
        },
        commands={name: apply(command) for name, command in intake.CASE_COMMANDS.items()} | later,
    )


def _referral() -> Aggregate:
    def apply(verb: str, later: timedelta = timedelta()) -> Callable[[Any], Outcome]:
        command, actor = referrals.SENT[verb]
        return lambda life: life.decide(command, SIGNED_AT + later, actor)

    def issue(life: ReferralLife) -> Outcome:
        command, actor = referrals.SENT["IssueReferral"]
        around = env(SIGNED_AT, actor)
        outcome = referral.decide(command, life.state, around, CLOCK, DUTY, "青转〔2026〕1号")
        if isinstance(outcome, list):
            life.record(outcome, SIGNED_AT, actor)
        return outcome

    def change_lead(life: ReferralLife) -> Outcome:
        if life.state is not None:
            # The same referral, had it been issued to a co-unit.
            issued = msgspec.structs.replace(life.state.issued, role=CO, lead="L" * 26, lead_unit="u01")
            life.state = msgspec.structs.replace(life.state, issued=issued, lead="L" * 26)
        command, actor = referrals.SENT["ChangeLead"]
        around = env(SIGNED_AT, actor)
        return referral.decide(command, life.state, around, CLOCK, lead_unit="u02")

    def living(road: str) -> Callable[[], ReferralLife]:
        return lambda: referrals.life_in(road)

    def heading(road: str) -> str:
        state = referrals.life_in(road).state
        assert state is not None  # it was issued
        return road if state.status == road else f"{state.status}, {road.replace('_', ' ')}"

    return Aggregate(
        zh="转办单",
        en="Referral",
        prefix="referral.",
        status_list="referral_state",
        states={
            NOTHING: lambda: _unborn(ReferralLife()),
            **{heading(road): living(road) for road in referrals.ROADS},
        },
        commands={verb: apply(verb) for verb in referrals.SENT}
        | {
            "IssueReferral": issue,
            "CheckDeadline, long after it was due": apply("CheckDeadline", LONG_AFTER),
            "ChangeLead, of a co-unit": change_lead,
        },
    )


def _apply(command: Command, actor: Any, now: datetime) -> Callable[[Any], Outcome]:
    return lambda life: life.decide(command, actor, now=now)


def _draft(level: int, now: datetime, **by_hand: Any) -> Callable[[notices.Life], Outcome]:
    """A notice of this level. Where there is one already, it would be another one: nothing is added to the first."""

    def apply(life: notices.Life) -> Outcome:
        others = (life.state,) if life.state is not None and life.state.open else ()
        outcome: Outcome = notices.draft(level, now=now, others=others, **by_hand)
        if isinstance(outcome, list) and life.state is None:
            life.record(outcome)
        return outcome

    return apply


def _escalate(life: notices.Life) -> Outcome:
    """Both ends are shown; the draft is another notice's fact."""
    if life.state is None:
        return life.decide(notices.ESCALATE, notices.SUPERVISOR)  # type: ignore[no-any-return]
    outcome = notices.escalated(life, notices.AFTER_THE_REPLY_WAS_DUE)
    if not isinstance(outcome, tuple):
        return outcome  # type: ignore[no-any-return]
    life.record([fact for fact in outcome if isinstance(fact, NoticeEscalated)])
    return list(outcome)


# Sent as TABLE of the notice's tests has them, when a reply is overdue.
ON_NOTICE: dict[str, Callable[[Any], Outcome]] = {
    row.replace(" by the service", ", when the referral ends"): _apply(command, actor, notices.AFTER_THE_REPLY_WAS_DUE)
    for row, (command, actor, _) in notices.TABLE.items()
} | {
    "EscalateNotice": _escalate,
    "SignOffNotice, to be served on paper": _apply(
        notices.ON_PAPER, notices.SUPERVISOR, notices.AFTER_THE_REPLY_WAS_DUE
    ),
}
NOTICE_STATES = {
    "drafted": "drafted",
    "signed_off": "signed_off",
    "served": "served",
    "acknowledged": "acknowledged",
    "replied": "replied",
    "accepted": "accepted",
    "discharged": "discharged",
    "discharged, as the referral ended": "ended",
    "discharged, never signed off": "ended unsigned",
    "withdrawn": "withdrawn",
}
REMINDED: dict[str, tuple[tuple[Command, Actor], ...]] = {
    "served": (),
    "acknowledged": ((notices.ACKNOWLEDGE, notices.UNIT),),
    "discharged": ((notices.DISCHARGE, notices.SERVICE),),
    "withdrawn": ((notices.WITHDRAW, notices.SUPERVISOR),),
}


def _notice() -> Aggregate:
    def living(state: str) -> Callable[[], notices.Life]:
        return lambda: notices.life_in(state)

    return Aggregate(
        zh="督办文书",
        en="Supervision notice",
        about=(
            "表中为二级（督办单），回执期限已过；催办单（一级）按常设规则拟稿即签发、送达，此后相同。"
            "`EscalateNotice` 记录的 **NoticeDrafted** 和已有文书时的 `DraftNotice` 属于另一件文书。\n"
            "A notice of level 2 whose reply is overdue. An urge (level 1) is signed off and served by the standing rule as it"
            " is drafted, and goes on alike. The **NoticeDrafted** of `EscalateNotice`, and of `DraftNotice` where there is a"
            " notice already, is another notice's."
        ),
        prefix="notice.",
        status_list="notice_status",
        states={
            NOTHING: lambda: _unborn(notices.Life()),
            **{heading: living(state) for heading, state in NOTICE_STATES.items()},
        },
        commands={"DraftNotice": _draft(2, notices.URGED, grounds=("report_overdue",)), **ON_NOTICE},
    )


def _reminder() -> Aggregate:
    def living(steps: tuple[tuple[Command, Actor], ...]) -> Callable[[], notices.Life]:
        return lambda: notices.Life(0).after(*steps)

    return Aggregate(
        zh="提醒（零级）",
        en="Reminder (level 0)",
        about=("不编号，不要求回执。\nIt has no number and asks for no reply."),
        prefix="notice.",
        status_list="notice_status",
        states={
            NOTHING: lambda: _unborn(notices.Life(0)),
            **{state: living(steps) for state, steps in REMINDED.items()},
        },
        commands={"DraftNotice": _draft(0, notices.ISSUED), **ON_NOTICE},
    )


def _briefing() -> Aggregate:
    def apply(command: Command) -> Callable[[Any], Outcome]:
        return lambda life: life.decide(command)

    def road(name: str) -> Callable[[], briefings.Life]:
        return lambda: briefings.in_state(name)

    return Aggregate(
        zh="简报",
        en="Briefing",
        about=(
            "**Bulletin…** 属于发给各单位的通报，与简报同一批写入；情况汇报没有通报。\n"
            "**Bulletin…** is what every unit reads, written in the same batch; a situation report has none."
        ),
        prefix="briefing.",
        status_list="briefing_status",
        states={NOTHING: briefings.Life, **{name: road(name) for name in briefings.ROADS}},
        # Of another figure than the one that is corrected already.
        commands={type(command).__name__: apply(command) for command in briefings.TABLE}
        | {"CorrectBriefing": apply(msgspec.structs.replace(briefings.CORRECT, figure="cases"))},
    )


def _meeting() -> Aggregate:
    def living(road: str) -> Callable[[], meetings.MeetingLife]:
        return lambda: meetings.meeting_in(road)

    def apply(verb: str) -> Callable[[Any], Outcome]:
        return lambda life: life.send(verb)

    return Aggregate(
        zh="联席会议",
        en="Joint meeting",
        about=(
            "`AdoptResolution` 记录的 **ResolutionAdopted** 属于另一对象（议定事项），与会议的事实同批写入。\n"
            "The **ResolutionAdopted** of `AdoptResolution` is the first fact of the resolution, in the same atomic batch."
        ),
        prefix="meeting.",
        status_list="meeting_status",
        states={
            NOTHING: lambda: _unborn(meetings.MeetingLife()),
            **{road: living(road) for road in meetings.ROADS},
        },
        commands={verb: apply(verb) for verb in meetings.SENT},
    )


def _resolution() -> Aggregate:
    def living(road: str) -> Callable[[], meetings.ResolutionLife]:
        return lambda: meetings.resolution_in(road)

    def apply(verb: str) -> Callable[[Any], Outcome]:
        return lambda life: life.send(verb)

    late = "CheckResolution, long after it was due"
    return Aggregate(
        zh="议定事项",
        en="Resolution",
        about="由会议的 `AdoptResolution` 开始。\nIt begins with the meeting's `AdoptResolution`.",
        prefix="resolution.",
        status_list="resolution_status",
        states={
            NOTHING: lambda: _unborn(meetings.ResolutionLife()),
            **{road: living(road) for road in meetings.RESOLUTION_ROADS},
        },
        commands={"AdoptResolution": lambda life: life.adopt()}
        | {verb: apply(verb) for verb in meetings.ON_RESOLUTION}
        | {late: _apply(meetings.CHECK, meetings.SERVICE, meetings.LONG_AFTER)},
    )


def _cooperation() -> Aggregate:
    def living(steps: tuple[str, ...]) -> Callable[[], cooperations.CooperationLife]:
        return lambda: cooperations.CooperationLife(*steps)

    def hear(step: str) -> Callable[[Any], Outcome]:
        return lambda life: life.hear(step)

    told = {
        "NoteCooperation": "adopted",
        "NoteCooperation, of another due day": cooperations.MOVED,
        "NoteCooperation, of its discharge": "discharged",
        "NoteCooperation, handed to another meeting": "carried_over",
    }
    return Aggregate(
        zh="配合事项",
        en="Part in a resolution",
        about=(
            "配合单位各有一件，只记与其有关的：列为配合单位、时限变更、结束。\n"
            "Each co-unit has its own, which says what concerns it: that it was named, that the due day moved, that it ended."
        ),
        prefix="cooperation.",
        status_list="resolution_status",
        states={
            NOTHING: lambda: _unborn(cooperations.CooperationLife()),
            **{state: living(steps) for state, steps in cooperations.ROADS.items()},
        },
        commands={name: hear(step) for name, step in told.items()}
        | {"NoteCooperation, to a unit that has no part in it": lambda life: life.hear("adopted", unit="u02")},
    )


AGGREGATES = (
    _contact(),
    _case(),
    _referral(),
    _notice(),
    _briefing(),
    _meeting(),
    _resolution(),
    _cooperation(),
    _reminder(),
)
