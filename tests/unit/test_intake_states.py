"""What stands behind the tables of a contact and a case in docs/states.md: every command, every state, legal histories."""

from services.intake import case, contact
from services.intake.case_state import OPEN
from services.intake.commands import COMMANDS
from tests.support.intake import KEY
from tests.support.intake_states import CASE_COMMANDS, CASE_STATES, CONTACT_COMMANDS, CONTACT_STATES


def test_every_command_of_intake_stands_in_a_table() -> None:
    tried = {type(each).__name__ for each in (*CASE_COMMANDS.values(), *CONTACT_COMMANDS.values())}
    assert tried == COMMANDS.keys()


def test_every_state_of_a_case_stands_in_the_table() -> None:
    reached = {make().status for make in CASE_STATES.values()}
    assert reached == {*OPEN, "answered", "not_accepted", "closed", "archived"}


def test_the_histories_of_the_tables_are_legal() -> None:
    for life in CASE_STATES.values():
        assert case.fold(life().facts) == life().state
    for entry in CONTACT_STATES.values():
        assert contact.fold(KEY, entry().facts) == entry().state
