"""The life of a joint meeting, as sentences of the specification. domain.md §4.3 E."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codes import code_list
from events.meeting import AgendaFrozen, MinutesDistributed, MinutesSigned, ResolutionRecorded, items_digest
from events.publication import CalendarPublished, Holiday, digest_of
from events.resolution import ResolutionAdopted
from services.command import Command
from services.decision import Already, DamagedHistory, Refused
from services.meeting import meeting
from services.meeting.adopting import adopt
from services.meeting.meeting import Laid
from services.working_clock import WorkingClock
from tests.support import meetings as m
from tests.support.meetings import MeetingLife, meeting_in


def changed(command: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(command, command_id="another", **fields)


def code(outcome: Any) -> str | None:
    return outcome.code if isinstance(outcome, Refused) else None


# Each row: where the meeting stands, what is sent, which refusal and which field.
REFUSED: list[tuple[str, Command, str, str | None]] = [
    ("planned", changed(m.NOTIFY, units=("u07", "u99")), "unit.unknown", "units"),
    ("planned", changed(m.PROPOSE, kind="gossip"), "code.unknown", "kind"),
    ("planned", changed(m.PROPOSE, why="gossip"), "code.unknown", "why"),
    ("planned", changed(m.PROPOSE, category="77"), "code.unknown", "category"),
    ("planned", changed(m.PROPOSE, region="77"), "code.unknown", "region"),
    ("planned", changed(m.PROPOSE, unit="u99"), "unit.unknown", "unit"),
    ("planned", changed(m.PROPOSE, title="  "), "meeting.label_empty", "title"),
    ("planned", changed(m.PROPOSE, title="联系 000000000"), "meeting.personal_data", "title"),
    ("planned", changed(m.PROPOSE, title=f"个案 {'C' * 26}"), "meeting.id_named", "title"),
    ("planned", changed(m.PROPOSE, number=None), "meeting.number_missing", "number"),
    ("planned", changed(m.PROPOSE, number="C" * 26), "meeting.number_malformed", "number"),
    (
        "planned",
        changed(m.PROPOSE, since=datetime.fromisoformat("9999-12-31T23:59:59-12:00")),
        "command.in_the_future",
        "since",
    ),
    (
        "planned",
        changed(m.PROPOSE, since=datetime.fromisoformat("0001-01-01T00:00:00+14:00")),
        "meeting.back_dated",
        "since",
    ),
    ("planned", changed(m.WITHDRAW), "meeting.no_such_item", "item"),
    ("notified", m.FREEZE, "meeting.agenda_empty", "meeting"),
    ("agenda_frozen", changed(m.PROPOSE, number="青转〔2026〕4号"), "meeting.agenda_frozen", "meeting"),
    ("agenda_frozen", changed(m.FREEZE, briefing=m.CORRECTING), "meeting.agenda_frozen", "meeting"),
    ("agenda_frozen", changed(m.ATTEND, present=("u07", "u99")), "unit.unknown", "present"),
    ("agenda_frozen", changed(m.ATTEND, excused=("u07",)), "meeting.unit_twice", "present"),
    ("agenda_frozen", changed(m.ATTEND, present=("u07", "u08")), "meeting.unit_not_called", "present"),
    ("held", changed(m.DISCUSS, item="X" * 26), "meeting.no_such_item", "item"),
    ("held", changed(m.DISCUSS, outcome="quarrel"), "code.unknown", "outcome"),
    ("held", m.DRAFT, "meeting.items_open", "meeting"),
    ("held", changed(m.ADOPT, lead="u99"), "unit.unknown", "lead"),
    ("held", changed(m.ADOPT, co=("u99",)), "unit.unknown", "co"),
    ("held", changed(m.ADOPT, co=("u01", "u07")), "resolution.lead_among_co", "co"),
    ("held", changed(m.ADOPT, co=("u01", "u01")), "meeting.unit_twice", "co"),
    ("held", changed(m.ADOPT, item="X" * 26), "meeting.no_such_item", "item"),
    ("held", changed(m.ADOPT, title="打 000000000"), "meeting.personal_data", "title"),
    ("held", changed(m.ADOPT, basis="打 000000000"), "meeting.personal_data", "basis"),
    ("held", changed(m.ADOPT, due=date(2026, 3, 20)), "resolution.due_too_early", "due"),
    ("held", changed(m.ADOPT, due=date(9999, 12, 31)), "resolution.due_too_late", "due"),
    # Qingming, and a Saturday.
    ("held", changed(m.ADOPT, due=date(2026, 4, 6)), "resolution.due_no_working_day", "due"),
    ("held", changed(m.ADOPT, due=date(2026, 4, 11)), "resolution.due_no_working_day", "due"),
    ("minutes_drafted", changed(m.SIGN, signatory="000000000"), "meeting.personal_data", "signatory"),
    ("minutes_drafted", changed(m.SIGN, figures_digest=m.OTHER_FIGURES), "meeting.figures_differ", "figures_digest"),
    ("minutes_signed", changed(m.SIGN, figures_digest=m.OTHER_FIGURES), "meeting.not_in_this_state", "meeting"),
    ("minutes_signed", changed(m.DISTRIBUTE, units=("u99",)), "unit.unknown", "units"),
    ("in_follow_up", m.CLOSE, "meeting.resolutions_open", "meeting"),
    ("planned", changed(m.CANCEL, reason="no mood"), "code.unknown", "reason"),
]


@pytest.mark.parametrize(
    ("state", "command", "refusal", "field"), REFUSED, ids=lambda each: each if isinstance(each, str) else ""
)
def test_what_cannot_be_is_refused_with_the_field_to_mend(
    state: str, command: Command, refusal: str, field: str | None
) -> None:
    life = meeting_in(state)
    before = list(life.facts)
    outcome = life.decide(command)
    assert isinstance(outcome, Refused), outcome
    assert (outcome.code, outcome.field) == (refusal, field)
    assert life.facts == before


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"organ": "club"}, "code.unknown"),
        ({"regions": ("1",)}, "code.unknown"),
        ({"starts": m.PLANNED}, "meeting.in_the_past"),
        ({"starts": datetime.fromisoformat("9999-12-31T23:59:59-12:00")}, "meeting.too_far_ahead"),
        ({"starts": datetime.fromisoformat("0001-01-01T00:00:00+14:00")}, "meeting.in_the_past"),
        ({"place": "电话 000000000"}, "meeting.personal_data"),
        ({"chair": " "}, "meeting.label_empty"),
    ],
)
def test_a_plan_names_an_organ_a_future_hour_a_place_and_a_post(changes: dict[str, Any], refusal: str) -> None:
    assert code(MeetingLife().decide(changed(m.PLAN, **changes), now=m.PLANNED)) == refusal


def test_nobody_is_called_to_a_meeting_that_has_begun() -> None:
    assert code(meeting_in("planned").decide(m.NOTIFY, now=m.STARTS)) == "meeting.has_begun"


def test_units_that_are_called_later_stand_beside_those_called_first() -> None:
    life = meeting_in("notified")
    life.decide(changed(m.NOTIFY, units=("u03", "u07")), now=m.PLANNED)
    assert life.state.units == ("u07", "u01", "u03")


def test_the_same_matter_is_one_item_however_often_it_is_proposed() -> None:
    life = meeting_in("notified, with an item")
    assert isinstance(life.decide(changed(m.PROPOSE, title="另一说法")), Already)
    assert isinstance(life.decide(changed(m.PROPOSE, kind="other", number=None, title="通报经验")), list)
    assert len(life.state.items) == 2


def test_what_was_withdrawn_may_be_proposed_again() -> None:
    life = meeting_in("notified, with an item")
    life.decide(m.WITHDRAW)
    assert life.state.items == {}
    assert isinstance(life.decide(changed(m.PROPOSE)), list)


def test_a_frozen_agenda_says_what_the_meeting_had_before_it() -> None:
    life = meeting_in("agenda_frozen")
    assert life.facts[-1] == AgendaFrozen(
        as_of_position=m.LAID.position,
        briefing=m.BRIEFING,
        figures_digest=m.FIGURES,
        items_digest=items_digest(life.state.items.values()),
    )


@pytest.mark.parametrize(
    ("briefing", "refusal"),
    [
        (None, "meeting.no_such_briefing"),
        (msgspec.structs.replace(m.LAID, withdrawn=True), "meeting.briefing_withdrawn"),
    ],
)
def test_no_agenda_stands_on_a_briefing_that_is_none(briefing: Laid | None, refusal: str) -> None:
    assert code(meeting_in("notified, with an item").decide(m.FREEZE, briefing=briefing)) == refusal


def test_nobody_attends_before_the_meeting_begins() -> None:
    life = meeting_in("agenda_frozen")
    assert code(life.decide(m.ATTEND, now=m.STARTS - timedelta(minutes=1))) == "meeting.not_begun"
    assert isinstance(life.decide(m.ATTEND, now=m.STARTS), list)


def test_the_last_outcome_of_an_item_counts() -> None:
    life = meeting_in("held, items discussed")
    assert isinstance(life.decide(changed(m.DISCUSS, outcome="deferred")), list)
    assert life.state.outcomes == {m.ITEM: "deferred"}


def test_a_resolution_and_the_meeting_s_word_of_it_are_one_decision() -> None:
    life = meeting_in("held")
    recorded, adopted = life.decide(m.ADOPT)
    assert isinstance(recorded, ResolutionRecorded) and isinstance(adopted, ResolutionAdopted)
    assert recorded.resolution_no == adopted.resolution_no == "青议〔2026〕1号"
    assert (adopted.lead, adopted.co, adopted.duty) == ("u07", ("u01",), m.DUTY)
    assert adopted.due.isoformat() == "2026-04-10T23:59:59.999999+08:00" and not adopted.provisional
    assert life.state.parties == {m.RESOLUTION: ("u07", "u01")}


def test_a_due_day_in_a_year_that_is_not_published_is_provisional() -> None:
    _, adopted = meeting_in("held").decide(changed(m.ADOPT, due=date(2027, 3, 1)))
    assert adopted.provisional
    new_year = (Holiday(name="元旦", off=(date(2027, 1, 1),)),)
    fact = CalendarPublished(
        year=2027, title="2027年通知", holidays=new_year, digest=digest_of(new_year), calendar_version="x"
    )
    clock = WorkingClock().with_published(fact)
    around = m.env(m.HELD, m.COORDINATOR, clock=clock)
    later = adopt(changed(m.ADOPT, due=date(2027, 3, 1)), meeting_in("held").state, around, "R" * 26, "1", m.DUTY)
    assert isinstance(later, tuple) and not later[1].provisional


def test_minutes_print_the_frozen_figures_or_name_the_briefing_that_restates_them() -> None:
    life = meeting_in("minutes_drafted")
    restating = changed(m.SIGN, figures_digest=m.OTHER_FIGURES, restatement=m.CORRECTING)
    assert code(life.decide(restating, m.SUPERVISOR, briefing=None)) == "meeting.no_such_briefing"
    withdrawn = msgspec.structs.replace(m.RESTATED, withdrawn=True)
    assert code(life.decide(restating, m.SUPERVISOR, briefing=withdrawn)) == "meeting.briefing_withdrawn"
    # With a restatement attached, the frozen figures are not those of the minutes any more.
    frozen = changed(restating, figures_digest=m.FIGURES)
    assert code(life.decide(frozen, m.SUPERVISOR, briefing=m.RESTATED)) == "meeting.figures_differ"
    (signed,) = life.decide(restating, m.SUPERVISOR, briefing=m.RESTATED)
    assert signed == MinutesSigned(
        doc_no="青纪〔2026〕1号", signatory="联席会议召集人", figures_digest=m.OTHER_FIGURES, restatement=m.CORRECTING
    )


def test_a_briefing_that_was_withdrawn_after_the_freeze_needs_a_restatement() -> None:
    life = meeting_in("minutes_drafted")
    withdrawn = msgspec.structs.replace(m.LAID, withdrawn=True)
    assert code(life.decide(m.SIGN, m.SUPERVISOR, briefing=withdrawn)) == "meeting.briefing_withdrawn"


def test_minutes_go_to_all_that_were_called_and_all_with_a_part_in_a_resolution() -> None:
    life = meeting_in("held")
    life.decide(changed(m.ADOPT, lead="u03", co=("u04", "u07")))
    life.after("RecordDiscussion", "DraftMinutes", "SignMinutes")
    assert life.send("DistributeMinutes") == [MinutesDistributed(units=("u07", "u01", "u03", "u04"))]


@pytest.mark.parametrize("status", [entry.code for entry in code_list("resolution_status")])
def test_a_meeting_closes_when_all_is_discharged_or_carried_over(status: str) -> None:
    life = meeting_in("in_follow_up")
    life.decide(changed(m.NOTE, status=status), m.SERVICE)
    closes = isinstance(life.decide(m.CLOSE), list)
    assert closes == (status in ("discharged", "carried_over"))


def test_a_meeting_hears_of_its_resolutions_before_its_minutes_are_signed() -> None:
    life = meeting_in("minutes_drafted")
    assert isinstance(life.decide(m.NOTE, m.SERVICE), list)
    assert life.state.status == "minutes_drafted" and life.state.unsettled == ()


def test_nothing_is_back_dated_and_nothing_happens_tomorrow() -> None:
    life = meeting_in("held")
    assert code(life.decide(m.DISCUSS, occurred=m.HELD - timedelta(hours=1))) == "meeting.back_dated"
    assert code(life.decide(m.DISCUSS, occurred=m.HELD + timedelta(hours=1))) == "command.in_the_future"


# What a person may try at any moment, in any order.
TRIED: tuple[Callable[[MeetingLife], Any], ...] = (
    *(lambda life, verb=verb: life.send(verb) for verb in m.SENT if verb != "PlanMeeting"),
    lambda life: life.decide(changed(m.PROPOSE, kind="other", number=None, title="其他事项"), now=m.PLANNED),
    lambda life: life.decide(changed(m.NOTE, status="in_progress"), m.SERVICE),
    lambda life: life.decide(changed(m.ADOPT, lead="u09", co=())),
)


@given(st.lists(st.sampled_from(TRIED), max_size=40))
def test_whatever_is_tried_a_meeting_keeps_its_laws(tried: list[Callable[[MeetingLife], Any]]) -> None:
    life = MeetingLife().after("PlanMeeting")
    # A good start in half of the lives: else few would ever be held.
    if len(tried) % 2:
        life.after("SendNotification", "ProposeAgendaItem", "FreezeAgenda", "RecordAttendance")
    for attempt in tried:
        before = len(life.facts)
        outcome = attempt(life)
        assert isinstance(outcome, list) == (len(life.facts) > before)
    state = life.state
    assert state is not None
    kinds = [type(fact).__name__ for fact in life.facts]
    # What was frozen is the agenda that the meeting has.
    if state.frozen is not None:
        assert state.frozen.items_digest == items_digest(state.items.values())
        assert "AgendaItemProposed" not in kinds[kinds.index("AgendaFrozen") :]
    for once in ("AgendaFrozen", "AttendanceRecorded", "MinutesDrafted", "MinutesSigned", "MeetingClosed"):
        assert kinds.count(once) <= 1
    if state.signed is not None:
        assert state.signed.figures_digest == state.frozen.figures_digest
    if state.status == "closed":
        assert state.unsettled == ()
    assert all(each.lead not in each.co for each in life.adopted)
    # The facts alone tell the state.
    again: Any = None
    for fact in life.facts:
        again = meeting.evolve(again, fact, m.HELD)
    assert msgspec.structs.replace(again, since=None) == msgspec.structs.replace(state, since=None)


@pytest.mark.parametrize("state", m.ROADS)
def test_a_fact_that_does_not_fit_stops_the_reader(state: str) -> None:
    with pytest.raises(DamagedHistory):
        meeting.evolve(meeting_in(state).state, m.ADOPTED)  # type: ignore[arg-type]
    with pytest.raises(DamagedHistory):
        meeting.evolve(None, MinutesDistributed(units=()))


def test_a_freeze_of_another_agenda_is_damage() -> None:
    frozen = meeting_in("agenda_frozen").facts[-1]
    assert isinstance(frozen, AgendaFrozen)
    with pytest.raises(DamagedHistory):
        meeting.evolve(
            meeting_in("notified, with an item").state, msgspec.structs.replace(frozen, items_digest="0" * 64)
        )
