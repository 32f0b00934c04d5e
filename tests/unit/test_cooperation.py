"""What a co-unit hears of a resolution that another unit leads, and what it does not. domain.md §4.3 E."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.cooperation import CooperationBegun, CooperationDueMoved, CooperationEnded
from services.decision import Already, DamagedHistory, Refused
from services.meeting import cooperation
from services.meeting.cooperation import concern, cooperation_id
from tests.support import meetings as m
from tests.support.cooperations import DATED_BY, MOVED, ROADS, TELL, UNSETTLED, CooperationLife, resolution_after

BEGUN = CooperationBegun(
    resolution=m.RESOLUTION, resolution_no=m.ADOPTED.resolution_no, title=m.ADOPTED.title, lead="u07",
    basis=m.ADOPTED.basis, due_on=m.DUE, due=m.ADOPTED.due, calendar_version=DATED_BY, provisional=False,
)  # fmt: skip


def test_it_hears_that_it_was_adopted_with_title_lead_and_due_day() -> None:
    assert CooperationLife().hear("adopted") == [BEGUN]


def test_it_hears_of_another_due_day_and_of_one_that_is_settled() -> None:
    (moved,) = CooperationLife("adopted").hear(MOVED)
    assert isinstance(moved, CooperationDueMoved)
    assert (moved.old, moved.due_on, moved.provisional) == (m.ADOPTED.due, m.EXTEND.due, False)
    (settled,) = CooperationLife(UNSETTLED).hear("adopted")
    assert (settled.old, settled.due, settled.provisional) == (m.ADOPTED.due, m.ADOPTED.due, False)


@pytest.mark.parametrize("ending", ["discharged", "carried_over"])
def test_it_hears_how_it_ended_and_nothing_more(ending: str) -> None:
    life = CooperationLife("adopted")
    assert life.hear(ending) == [CooperationEnded(ending=ending)]
    assert life.state is not None and life.state.status == ending
    for step in ("adopted", MOVED, "discharged", "carried_over"):
        assert life.hear(step) == Already()


@pytest.mark.parametrize("step", ["in_progress", "reported", "in_progress, sent back"])
def test_how_the_lead_works_does_not_concern_it(step: str) -> None:
    assert concern(resolution_after(step).state) == concern(resolution_after("adopted").state)
    assert CooperationLife("adopted").hear(step) == Already()


def test_what_it_was_never_told_of_begins_as_it_stands() -> None:
    (begun,) = CooperationLife().hear(MOVED)
    assert (begun.due_on, begun.resolution_no) == (m.EXTEND.due, m.ADOPTED.resolution_no)
    assert CooperationLife().hear("discharged") == [BEGUN, CooperationEnded(ending="discharged")]


def test_nobody_is_told_of_what_it_has_no_part_in() -> None:
    assert CooperationLife().hear("adopted", unit="u02") == Refused("cooperation.not_a_co_unit", "unit")
    # The lead has the resolution itself.
    assert CooperationLife().hear("adopted", unit="u07") == Refused("cooperation.not_a_co_unit", "unit")
    nothing = cooperation.decide(TELL, None, DATED_BY, None)
    assert nothing == Refused("resolution.not_found", "resolution")


def test_it_learns_of_no_other_co_unit_nor_of_the_lead_s_posts() -> None:
    life = resolution_after("adopted")
    assert life.state is not None
    state = msgspec.structs.replace(life.state, adopted=msgspec.structs.replace(m.ADOPTED, co=("u01", "u02")))
    facts = cooperation.decide(TELL, state, DATED_BY, None)
    said = msgspec.json.encode(facts).decode()
    for secret in ("u01", "u02", m.MEETING, *msgspec.structs.astuple(m.DUTY)):
        assert secret not in said


def test_each_co_unit_has_an_aggregate_of_its_own() -> None:
    ids = {cooperation_id(key, unit) for key in (m.RESOLUTION, m.MEETING) for unit in ("u01", "u02")}
    assert len(ids) == 4 and m.RESOLUTION not in ids


@given(st.lists(st.sampled_from(("adopted", MOVED, UNSETTLED, "reported", "discharged", "carried_over"))))
def test_whatever_is_told_each_fact_follows_and_says_something_new(steps: list[str]) -> None:
    life = CooperationLife()
    for step in steps:
        before, count = life.state, len(life.facts)
        life.hear(step)
        assert (life.state != before) == (len(life.facts) > count)
        assert life.hear(step) == Already()
    assert sum(isinstance(fact, CooperationEnded) for fact in life.facts) <= 1


@pytest.mark.parametrize("road", [(), *ROADS.values()])
def test_a_fact_that_cannot_follow_is_damage(road: tuple[str, ...]) -> None:
    state = CooperationLife(*road).state
    moved = CooperationDueMoved(
        old=m.HELD, due_on=m.DUE, due=m.ADOPTED.due, calendar_version=DATED_BY, provisional=False
    )
    wrong = [moved] if state is None or state.heard.ending is None else [moved, CooperationEnded(ending="discharged")]
    for fact in [*wrong, *([BEGUN] if state else [CooperationEnded(ending="discharged")])]:
        with pytest.raises(DamagedHistory):
            cooperation.evolve(state, fact)
