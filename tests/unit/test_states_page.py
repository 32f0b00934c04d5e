"""docs/states.md is what the deciders do today: every state × every command of each aggregate."""

import pytest

from services.intake.commands import COMMANDS as INTAKE
from services.meeting.commands import COMMANDS as MEETING
from services.publication.commands import COMMANDS as PUBLICATION
from services.referral.commands import COMMANDS as REFERRAL
from tests.support.aggregates import AGGREGATES, NOTHING, Aggregate
from tests.support.state_tables import PAGE, grid, page, transitions, verb

# A calendar and a file have one state each: test_publication.py and test_files.py say what their commands do.
ELSEWHERE = {"PublishCalendar", "UploadPart", "AttachFile", "ViewFile", "ReadFile"}
# Accepting a reply discharges the notice in the same commit; a history in which it did not is legal all the same.
UNREACHED = {"Supervision notice": {"accepted"}}
each_aggregate = pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.en)


def test_the_page_is_what_the_deciders_do() -> None:
    assert PAGE.read_text("utf-8") == page(), "the deciders changed: look at what `make states` changes, then commit it"


def test_every_command_stands_on_the_page() -> None:
    shown = {verb(command) for aggregate in AGGREGATES for command in aggregate.commands}
    assert shown == (INTAKE.keys() | REFERRAL.keys() | MEETING.keys() | PUBLICATION.keys()) - ELSEWHERE


# A reminder asks for nothing: the rest of its commands stand in the table to show that they are refused.
@pytest.mark.parametrize("aggregate", AGGREGATES[:-1], ids=lambda aggregate: aggregate.en)
def test_every_command_is_shown_to_record_something(aggregate: Aggregate) -> None:
    cells = grid(aggregate)
    recording = {verb(name) for name, row in cells.items() if any(isinstance(cell, list) for cell in row.values())}
    assert recording == {verb(name) for name in cells}


@each_aggregate
def test_every_state_of_the_table_can_be_reached_in_the_diagram(aggregate: Aggregate) -> None:
    steps, reached = transitions(aggregate), {"[*]"}
    for _ in steps:
        reached |= {now for before, now in steps if before in reached}
    states = {aggregate.status(make()) for name, make in aggregate.states.items() if name != NOTHING}
    assert states - reached == UNREACHED.get(aggregate.en, set())
