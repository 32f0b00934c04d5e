"""The lives of a meeting and of a resolution: each step is decided and recorded as the service would."""

from datetime import date, datetime
from typing import Any

import msgspec

from events.calendar import CHINA
from events.commit import Actor, derive_id
from events.meeting import MeetingFact
from events.referral import Duty
from events.resolution import ResolutionAdopted, ResolutionFact
from services.command import Command
from services.decision import Already, Env, Refused
from services.meeting import commands as c
from services.meeting import meeting, resolution
from services.meeting.adopting import adopt
from services.meeting.meeting import Laid, item_id
from services.working_clock import WorkingClock

CLOCK = WorkingClock()
MEETING, NEXT, RESOLUTION, BRIEFING, CORRECTING = (letter * 26 for letter in "MNRBC")
UNITS = frozenset(f"u{number:02}" for number in range(1, 29))
DUTY = Duty(leader="分管副局长", department="基础教育科", post="科长")
COORDINATOR = Actor(principal="coordinator", role="coordinator")
OTHER_COORDINATOR = Actor(principal="coordinator2", role="coordinator")
SUPERVISOR = Actor(principal="supervisor", role="supervisor")
SERVICE = Actor(principal="meeting", role="service")
UNIT = Actor(principal="u07", role="unit", unit="u07")
STRANGER = Actor(principal="u01", role="unit", unit="u01")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


# Planned on a Monday for a Friday; what it resolves is due three weeks later, past the holiday of Qingming.
PLANNED, STARTS, HELD = moment("2026-03-02T09:00"), moment("2026-03-20T09:00"), moment("2026-03-20T12:00")
DUE = date(2026, 4, 10)
LONG_AFTER = moment("2026-06-30T09:00")
FIGURES, OTHER_FIGURES = "a" * 64, "b" * 64
LAID = Laid(briefing=BRIEFING, position=41, figures_digest=FIGURES)
RESTATED = Laid(briefing=CORRECTING, position=77, figures_digest=OTHER_FIGURES)
NUMBER = "青转〔2026〕3号"
ITEM = item_id(MEETING, "overdue", NUMBER)

PLAN = c.PlanMeeting(
    command_id="plan", organ="rights_posts", starts=STARTS, place="市青少年宫二楼会议室", chair="联席会议召集人",
    regions=("231000",),
)  # fmt: skip
NOTIFY = c.SendNotification(command_id="notify", meeting=MEETING, units=("u07", "u01"))
PROPOSE = c.ProposeAgendaItem(
    command_id="propose", meeting=MEETING, kind="overdue", title="转办件逾期未办结", number=NUMBER, unit="u07",
    category="05", why="referral_overdue",
)  # fmt: skip
WITHDRAW = c.WithdrawAgendaItem(command_id="withdraw", meeting=MEETING, item=ITEM)
FREEZE = c.FreezeAgenda(command_id="freeze", meeting=MEETING, briefing=BRIEFING)
ATTEND = c.RecordAttendance(
    command_id="attend", meeting=MEETING, present=("u07",), excused=("u01",), observers=("u09",)
)
DISCUSS = c.RecordDiscussion(command_id="discuss", meeting=MEETING, item=ITEM, outcome="resolved")
ADOPT = c.AdoptResolution(
    command_id="adopt", meeting=MEETING, title="建立控辍保学台账", lead="u07", co=("u01",), due=DUE, item=ITEM
)
DRAFT = c.DraftMinutes(command_id="draft", meeting=MEETING)
SIGN = c.SignMinutes(command_id="sign", meeting=MEETING, signatory="联席会议召集人", figures_digest=FIGURES)
DISTRIBUTE = c.DistributeMinutes(command_id="distribute", meeting=MEETING)
CLOSE = c.CloseMeeting(command_id="close", meeting=MEETING)
CANCEL = c.CancelMeeting(command_id="cancel", meeting=MEETING, reason="rescheduled")
NOTE = c.NoteResolution(command_id="note", meeting=MEETING, resolution=RESOLUTION, status="discharged")

# verb -> (the command, who sends it, when)
SENT: dict[str, tuple[Command, Actor, datetime]] = {
    "PlanMeeting": (PLAN, COORDINATOR, PLANNED),
    "SendNotification": (NOTIFY, COORDINATOR, PLANNED),
    "ProposeAgendaItem": (PROPOSE, COORDINATOR, PLANNED),
    "WithdrawAgendaItem": (WITHDRAW, COORDINATOR, PLANNED),
    "FreezeAgenda": (FREEZE, COORDINATOR, PLANNED),
    "RecordAttendance": (ATTEND, COORDINATOR, HELD),
    "RecordDiscussion": (DISCUSS, COORDINATOR, HELD),
    "AdoptResolution": (ADOPT, COORDINATOR, HELD),
    "DraftMinutes": (DRAFT, COORDINATOR, HELD),
    "SignMinutes": (SIGN, SUPERVISOR, HELD),
    "DistributeMinutes": (DISTRIBUTE, COORDINATOR, HELD),
    "NoteResolution": (NOTE, SERVICE, HELD),
    "CloseMeeting": (CLOSE, COORDINATOR, HELD),
    "CancelMeeting": (CANCEL, COORDINATOR, PLANNED),
}
_AGENDA = ("PlanMeeting", "SendNotification", "ProposeAgendaItem", "FreezeAgenda")
_HELD = (*_AGENDA, "RecordAttendance", "RecordDiscussion")
_SIGNED = (*_HELD, "AdoptResolution", "DraftMinutes", "SignMinutes")
# state -> the commands that lead there
ROADS: dict[str, tuple[str, ...]] = {
    "planned": _AGENDA[:1],
    "planned, with an item": ("PlanMeeting", "ProposeAgendaItem"),
    "notified": _AGENDA[:2],
    "notified, with an item": _AGENDA[:3],
    "agenda_frozen": _AGENDA,
    "held": _HELD[:-1],
    "held, items discussed": (*_HELD, "AdoptResolution"),
    "minutes_drafted": (*_HELD, "AdoptResolution", "DraftMinutes"),
    "minutes_signed": _SIGNED,
    "in_follow_up": (*_SIGNED, "DistributeMinutes"),
    "in_follow_up, resolution discharged": (*_SIGNED, "DistributeMinutes", "NoteResolution"),
    "closed": (*_SIGNED, "DistributeMinutes", "NoteResolution", "CloseMeeting"),
    "cancelled": ("PlanMeeting", "CancelMeeting"),
}


def env(now: datetime, actor: Actor, occurred: datetime | None = None, clock: WorkingClock = CLOCK) -> Env:
    return Env(now=now, occurred=occurred or now, actor=actor, new_id=lambda purpose: MEETING, units=UNITS, clock=clock)


class MeetingLife:
    """A meeting's history; the resolutions that it adopts begin beside it."""

    def __init__(self) -> None:
        self.state: meeting.Meeting | None = None
        self.facts: list[MeetingFact] = []
        self.adopted: list[ResolutionAdopted] = []

    def decide(
        self,
        command: Command,
        actor: Actor = COORDINATOR,
        now: datetime = HELD,
        occurred: datetime | None = None,
        briefing: Laid | None = LAID,
    ) -> Any:
        """The outcome, recorded when it is facts; of a resolution's adoption both are shown."""
        around = env(now, actor, occurred)
        outcome: Any
        if isinstance(command, c.AdoptResolution):
            count = len(self.state.resolutions) if self.state else 0
            key = derive_id("test", str(count)) if count else RESOLUTION
            outcome = adopt(command, self.state, around, key, f"青议〔2026〕{count + 1}号", DUTY)
            outcome = outcome if isinstance(outcome, Refused) else list(outcome)
        else:
            outcome = meeting.decide(command, self.state, around, MEETING, "青纪〔2026〕1号", briefing)
        if isinstance(outcome, list):
            for fact in outcome:
                if isinstance(fact, ResolutionAdopted):
                    self.adopted.append(fact)
                else:
                    self.state = meeting.evolve(self.state, fact, occurred or now)
                    self.facts.append(fact)
        return outcome

    def send(self, verb: str) -> Any:
        return self.decide(*SENT[verb])

    def after(self, *verbs: str) -> "MeetingLife":
        for verb in verbs:
            outcome = self.send(verb)
            assert isinstance(outcome, list), (verb, outcome)
        return self


def meeting_in(state: str) -> MeetingLife:
    return MeetingLife().after(*ROADS[state])


ADOPTED = ResolutionAdopted(
    resolution_no="青议〔2026〕1号", meeting=MEETING, title="建立控辍保学台账", lead="u07", co=("u01",), duty=DUTY,
    basis="青少年维权工作联席会议制度", due_on=DUE, due=datetime(2026, 4, 10, 23, 59, 59, 999_999, tzinfo=CHINA),
    calendar_version=CLOCK.version, provisional=False,
)  # fmt: skip
PROGRESS = c.ReportResolutionProgress(command_id="progress", resolution=RESOLUTION, measures=("coordinated_units",))
REPORT = c.ReportResolution(command_id="report", resolution=RESOLUTION, result="done", measures=("visited_school",))
ON_PAPER = msgspec.structs.replace(REPORT, on_behalf_of="u07", method="paper")
DISCHARGE = c.DischargeResolution(command_id="discharge", resolution=RESOLUTION)
SEND_BACK = c.SendBackResolution(command_id="back", resolution=RESOLUTION, reason="incomplete")
EXTEND = c.ExtendResolution(command_id="extend", resolution=RESOLUTION, due=date(2026, 4, 30), reason="complex")
CARRY_OVER = c.CarryOverResolution(command_id="carry", resolution=RESOLUTION, to=NEXT)
CHECK = c.CheckResolution(command_id="check", resolution=RESOLUTION)
# A working day after the meeting.
WORKED = moment("2026-03-24T10:00")

ON_RESOLUTION: dict[str, tuple[Command, Actor, datetime]] = {
    "ReportResolutionProgress": (PROGRESS, UNIT, WORKED),
    "ReportResolution": (REPORT, UNIT, WORKED),
    "DischargeResolution": (DISCHARGE, COORDINATOR, WORKED),
    "SendBackResolution": (SEND_BACK, SUPERVISOR, WORKED),
    "ExtendResolution": (EXTEND, COORDINATOR, WORKED),
    "CarryOverResolution": (CARRY_OVER, COORDINATOR, WORKED),
    "CheckResolution": (CHECK, SERVICE, WORKED),
}
RESOLUTION_ROADS: dict[str, tuple[str, ...]] = {
    "adopted": (),
    "in_progress": ("ReportResolutionProgress",),
    "reported": ("ReportResolution",),
    "in_progress, sent back": ("ReportResolution", "SendBackResolution"),
    "discharged": ("ReportResolution", "DischargeResolution"),
    "carried_over": ("CarryOverResolution",),
}


class ResolutionLife:
    """A resolution's history, from its adoption."""

    def __init__(self) -> None:
        self.state: resolution.Resolution | None = None
        self.facts: list[ResolutionFact] = []
        self.adopt()

    def adopt(self) -> list[Any] | Already:
        """As its meeting does. The same command again is on record."""
        if self.state is not None:
            return Already()
        self.record([ADOPTED], COORDINATOR, HELD)
        return [ADOPTED]

    def record(self, facts: list[Any], actor: Actor, when: datetime) -> None:
        for fact in facts:
            self.state = resolution.evolve(self.state, fact, actor.principal, when)
            self.facts.append(fact)

    def decide(
        self,
        command: Command,
        actor: Actor = UNIT,
        now: datetime = WORKED,
        occurred: datetime | None = None,
        clock: WorkingClock = CLOCK,
    ) -> Any:
        next_meeting = meeting_in("notified").state
        outcome = resolution.decide(command, self.state, env(now, actor, occurred, clock), next_meeting)
        if isinstance(outcome, list):
            self.record(outcome, actor, occurred or now)
        return outcome

    def send(self, verb: str) -> Any:
        return self.decide(*ON_RESOLUTION[verb])


def resolution_in(state: str) -> ResolutionLife:
    life = ResolutionLife()
    for verb in RESOLUTION_ROADS[state]:
        assert isinstance(life.send(verb), list), verb
    return life
