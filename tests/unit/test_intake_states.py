"""Every state of a contact and a case × every command: what is recorded, or why not. The tables are read and kept."""

import csv
from pathlib import Path
from typing import get_args

import pytest

from events.case import CaseFact
from events.contact import ContactFact
from services.intake import case, contact
from services.intake.case_state import OPEN
from services.intake.commands import COMMANDS
from services.refusals import SENTENCES
from tests.support.intake import KEY
from tests.support.intake_states import (
    CASE_COMMANDS,
    CASE_STATES,
    CONTACT_COMMANDS,
    CONTACT_STATES,
    case_table,
    contact_table,
)

DATA = Path(__file__).parents[1] / "data"
TABLES = {"case": case_table, "contact": contact_table}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_each_command_does_in_each_state(name: str) -> None:
    with (DATA / f"states_{name}.csv").open(newline="", encoding="utf-8") as file:
        kept = list(csv.reader(file))
    assert TABLES[name]() == kept


def test_every_command_of_intake_stands_in_a_table() -> None:
    tried = {type(each).__name__ for each in (*CASE_COMMANDS.values(), *CONTACT_COMMANDS.values())}
    assert tried == COMMANDS.keys()


def test_every_state_of_a_case_stands_in_the_table() -> None:
    reached = {make().status for make in CASE_STATES.values()}
    assert reached == {*OPEN, "answered", "not_accepted", "closed", "archived"}


@pytest.mark.parametrize("name", TABLES)
def test_every_refusal_of_a_table_has_its_two_sentences(name: str) -> None:
    facts = {fact.__name__ for fact in (*get_args(CaseFact), *get_args(ContactFact))}
    for row in TABLES[name]()[1:]:
        for cell in row[1:]:
            assert cell == "already" or cell in SENTENCES or {*cell.split(" + ")} <= facts, cell


def test_the_histories_of_the_tables_are_legal() -> None:
    for life in CASE_STATES.values():
        assert case.fold(life().facts) == life().state
    for entry in CONTACT_STATES.values():
        assert contact.fold(KEY, entry().facts) == entry().state
