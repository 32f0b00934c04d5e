"""The town's joint meetings: legal facts of meetings and their resolutions, one commit after another."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from events import meeting as m
from events import resolution as r
from events import subjects
from events.commit import derive_id
from events.meeting import items_digest
from events.referral import Duty
from services.meeting import cooperation as cooperations
from services.meeting import meeting as meetings
from services.meeting import resolution as resolutions
from services.meeting.commands import NoteCooperation
from services.meeting.meeting_history import ENDED
from services.meeting.resolution_dates import LADDER
from services.meeting.resolution_history import ENDED as SETTLED
from services.meeting.resolution_history import RUNNING
from tests.support.read_models import UNITS

if TYPE_CHECKING:
    from tests.support.town import Town

DUTY = Duty(leader="甲岗", department="乙科", post="丙岗")


class Meetings:
    """Meetings, resolutions and what co-units hear of them in one town, folded by the service's own `evolve`."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.meetings: dict[str, meetings.Meeting] = {}
        self.resolutions: dict[str, resolutions.Resolution] = {}
        self.cooperations: dict[str, cooperations.Cooperation] = {}

    def fold(self, kind: str, key: str, fact: Any, commit: Any) -> None:
        if kind == "meeting":
            self.meetings[key] = meetings.evolve(self.meetings.get(key), fact, commit.occurred)
        elif kind == "cooperation":
            self.cooperations[key] = cooperations.evolve(self.cooperations.get(key), fact)
        else:
            state = self.resolutions.get(key)
            self.resolutions[key] = resolutions.evolve(state, fact, commit.actor.principal, commit.occurred)

    def meet(self) -> None:
        """One step of a meeting, or a new one."""
        town = self._town
        going = sorted(key for key, each in self.meetings.items() if each.status not in ENDED)
        if not going or (len(going) < 4 and town.rng.random() < 0.1):
            key = derive_id("meeting", str(len(self.meetings)))
            planned = m.MeetingPlanned(
                organ="rights_posts", starts=town.now + timedelta(days=3), place="测试会议室", chair="测试岗位"
            )
            return town.record(subjects.meeting(key), planned)
        key = town.rng.choice(going)
        choices = self._next(key, self.meetings[key])
        return town.record(subjects.meeting(key), *town.rng.choice(choices)) if choices else None

    def _next(self, key: str, state: meetings.Meeting) -> list[tuple[Any, ...]]:
        rng = self._town.rng
        match state.status:
            case "planned" | "notified":
                units = tuple(unit for unit in UNITS if unit in state.units or rng.random() < 0.5)
                called = [(m.NotificationSent(units=units),)] if set(units) > set(state.units) else []
                gone = [(m.AgendaItemWithdrawn(item=next(iter(state.items))),)] if state.items else []
                frozen = m.AgendaFrozen(
                    as_of_position=len(self._town.commits), briefing=derive_id("briefing", key),
                    figures_digest="0" * 64, items_digest=items_digest(state.items.values()),
                )  # fmt: skip
                ready = [(frozen,)] * 3 if state.status == "notified" and state.items else []
                cancelled = [(m.MeetingCancelled(reason="no_quorum"),)] if rng.random() < 0.1 else []
                return [*called, *gone, *ready, *cancelled, *[(each,) for each in self._item(key, state)] * 2]
            case "agenda_frozen":
                return [(m.AttendanceRecorded(present=state.units[:1], excused=state.units[1:], observers=()),)]
            case "held":
                open_items = [item for item in state.items if item not in state.outcomes]
                if open_items:
                    outcome = rng.choice(("resolved", "noted", "deferred"))
                    return [(m.ItemDiscussed(item=open_items[0], outcome=outcome),)]
                if len(state.resolutions) < 3 and rng.random() < 0.7:
                    return self._adopt(key, state)
                return [(m.MinutesDrafted(),)]
            case "minutes_drafted":
                number = len([each for each in self.meetings.values() if each.signed]) + 1
                signed = m.MinutesSigned(
                    doc_no=f"青纪〔2026〕{number}号", signatory="测试岗位", figures_digest="0" * 64
                )  # fmt: skip
                return [(signed,)]
            case "minutes_signed":
                return [(m.MinutesDistributed(units=state.units),)]
            case _:
                unheard = [
                    (m.ResolutionNoted(resolution=each, status=self.resolutions[each].status),)
                    for each, heard in state.resolutions.items()
                    if heard != self.resolutions[each].status
                ]
                return unheard or ([] if state.unsettled else [(m.MeetingClosed(),)])

    def _item(self, key: str, state: meetings.Meeting) -> list[m.AgendaItemProposed]:
        numbers = sorted(each.issued.referral_no for each in self._town.referrals.values())
        if not numbers:
            return []
        number = self._town.rng.choice(numbers)
        item = meetings.item_id(key, "stuck", number)
        fact = m.AgendaItemProposed(
            item=item, kind="stuck", title="测试议题", number=number, unit="u01", category="05", why="designated"
        )
        return [] if item in state.items else [fact]

    def _adopt(self, key: str, state: meetings.Meeting) -> list[tuple[Any, ...]]:
        town, resolution = self._town, derive_id("resolution", key, str(len(state.resolutions)))
        lead, *co = town.rng.sample(UNITS, 2)
        number = f"青议〔2026〕{len(self.resolutions) + 1}号"
        due = town.now + timedelta(days=town.rng.choice((1, 20)))
        item = town.rng.choice((None, *state.items))
        adopted = r.ResolutionAdopted(
            resolution_no=number, meeting=key, title="测试议定事项", lead=lead, co=tuple(co), duty=DUTY, basis="测试依据",
            due_on=due.date(), due=due, calendar_version="test-1", provisional=town.rng.random() < 0.3,
        )  # fmt: skip
        town.record(subjects.resolution(lead, resolution), adopted)
        self._tell_co_units(resolution, None)
        return [
            (m.ResolutionRecorded(resolution=resolution, resolution_no=number, lead=lead, co=tuple(co), item=item),)
        ]

    def work(self) -> None:
        """One step of a resolution."""
        town = self._town
        open_ones = sorted(key for key, each in self.resolutions.items() if each.status not in SETTLED)
        if not open_ones:
            return self.meet()
        key = town.rng.choice(open_ones)
        state = self.resolutions[key]
        facts = town.rng.choice(self._steps(state))
        lead = state.adopted.lead
        town.record(subjects.resolution(lead, key), *facts, unit=lead)
        return self._tell_co_units(key, state)

    def _tell_co_units(self, key: str, before: resolutions.Resolution | None) -> None:
        state = self.resolutions[key]
        if cooperations.concern(state) == cooperations.concern(before):
            return
        for unit in state.adopted.co:
            own = cooperations.cooperation_id(key, unit)
            note = NoteCooperation(command_id="tell", resolution=key, unit=unit, n=1)
            facts = cooperations.decide(note, state, "test-1", self.cooperations.get(own))
            assert isinstance(facts, list), facts
            self._town.record(subjects.cooperation(unit, own), *facts)

    def _steps(self, state: resolutions.Resolution) -> list[tuple[Any, ...]]:
        town = self._town
        rng, due = town.rng, town.now + timedelta(days=town.rng.choice((2, 9)))
        another: dict[str, Any] = {
            "due_on": due.date(),
            "due": due,
            "calendar_version": "test-1",
            "provisional": rng.random() < 0.3,
        }
        others = [key for key, each in self.meetings.items() if each.agenda_open and key != state.adopted.meeting]
        carried = [(r.ResolutionCarriedOver(to=rng.choice(sorted(others))),)] if others else []
        if state.status == "reported":
            discharged = (r.ResolutionDischarged(result="done"),)
            kept = another | {"due_on": state.due_on, "due": state.due, "provisional": state.provisional}
            back = (r.ResolutionSentBack(reason="other", **rng.choice((another, kept))),)
            return [discharged, discharged, back, *carried]
        assert state.status in RUNNING
        report = r.ResolutionReported(
            result="done", measures=("mediated",), late=rng.random() < 0.3, late_working_days=2,
            method=rng.choice((None, "paper")),
        )  # fmt: skip
        over = [
            (r.ResolutionOverdue(due=state.due, working_days=days, threshold=name, calendar_version="test-1"),)
            for name, days in zip(LADDER, (1, 6, 11), strict=True)
            if name not in state.crossed
        ]
        soon = [] if state.reminded else [(r.ResolutionDueSoon(due=state.due, working_days=1, calendar_version="t"),)]
        moved = r.ResolutionDueRecomputed(
            old=state.due, new=state.due + timedelta(days=rng.choice((0, 1))), cause="calendar_published",
            calendar_version="test-2", provisional=False,
        )  # fmt: skip
        settled = [(moved,)] if state.provisional else []
        extended = (r.ResolutionExtended(reason="complex", old=state.due, **another),)
        progress = (r.ResolutionProgressed(measures=("visited_school",)),)
        return [(report,), progress, extended, *over, *over, *soon, *settled, *carried]
