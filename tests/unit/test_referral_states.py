"""Every state of a referral and every command in it: what is recorded, or which refusal. domain.md §4.3 C.

Read a row of GRID as: this command, in each of the states of ROADS. F: its facts are recorded; `-`: it was done before,
nothing to add; the rest are refusals, by MEANS.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from events.commit import Actor
from services.command import Command
from services.decision import Already, Refused
from services.referral import referral
from services.referral.commands import (
    COMMANDS,
    ChangeLead,
    CheckDeadline,
    CloseReferral,
    GrantExtension,
    GrantReturn,
    HoldReferral,
    IssueReferral,
    NoteCoUnit,
    RedoReferral,
    RefuseExtension,
    RefuseReturn,
    ReportProgress,
    ReportResult,
    RequestExtension,
    RequestReturn,
    ResumeReferral,
    RevokeReferral,
    SendBackReport,
    SignReferral,
    TerminateReferral,
    TransferReferral,
    VerifyReport,
)
from services.referral.referral_history import ENDED, OPEN
from tests.unit.test_referral import CLOCK, COORDINATOR, DUTY, KEY, SIGNED_AT, UNIT, Life, env, issue

SERVICE = Actor(principal="referral", role="service")
SUPERVISOR = Actor(principal="supervisor", role="supervisor")
NEW = "N" * 26


def command(kind: Any, **fields: object) -> Command:
    made: Command = kind(command_id=kind.__name__, referral=KEY, **fields)
    return made


# verb -> (the command, who sends it)
SENT: dict[str, tuple[Command, Actor]] = {
    "IssueReferral": (issue(), SERVICE),
    "SignReferral": (command(SignReferral), UNIT),
    "ReportProgress": (command(ReportProgress, measures=("mediated",)), UNIT),
    "ReportResult": (
        command(ReportResult, result="solved", measures=("mediated",), handled_on=date(2026, 2, 13)),
        UNIT,
    ),
    "VerifyReport": (command(VerifyReport), COORDINATOR),
    "SendBackReport": (command(SendBackReport, reason="incomplete"), COORDINATOR),
    "RedoReferral": (command(RedoReferral, reason="incomplete"), COORDINATOR),
    "RequestReturn": (command(RequestReturn, ground="not_competent"), UNIT),
    "GrantReturn": (command(GrantReturn), COORDINATOR),
    "RefuseReturn": (command(RefuseReturn), COORDINATOR),
    "RequestExtension": (command(RequestExtension, reason="complex", working_days=2), UNIT),
    "GrantExtension": (command(GrantExtension), SUPERVISOR),
    "RefuseExtension": (command(RefuseExtension), COORDINATOR),
    "HoldReferral": (command(HoldReferral, ground="appraisal"), COORDINATOR),
    "ResumeReferral": (command(ResumeReferral), COORDINATOR),
    "RevokeReferral": (command(RevokeReferral, reason="wrong_unit"), COORDINATOR),
    "TransferReferral": (command(TransferReferral, to=NEW), SERVICE),
    "TerminateReferral": (command(TerminateReferral, requested_on=date(2026, 2, 13)), COORDINATOR),
    "CloseReferral": (command(CloseReferral), COORDINATOR),
    "CheckDeadline": (command(CheckDeadline), SERVICE),
    "ChangeLead": (command(ChangeLead, lead=NEW), SERVICE),
    "NoteCoUnit": (command(NoteCoUnit, co=NEW, unit="u08", step="joined"), SERVICE),
}
# state -> the commands that lead there from an issued referral
ROADS: dict[str, tuple[str, ...]] = {
    "issued": (),
    "signed": ("SignReferral",),
    "in_handling": ("SignReferral", "ReportProgress"),
    "extension_requested": ("SignReferral", "ReportProgress", "RequestExtension"),
    "on_hold": ("SignReferral", "HoldReferral"),
    "return_requested": ("SignReferral", "RequestReturn"),
    "designated": ("SignReferral", "RequestReturn", "RefuseReturn"),
    "reported": ("SignReferral", "ReportResult"),
    "verified": ("SignReferral", "ReportResult", "VerifyReport"),
    "closed": ("SignReferral", "ReportResult", "VerifyReport", "CloseReferral"),
    "returned": ("SignReferral", "RequestReturn", "GrantReturn"),
    "revoked": ("RevokeReferral",),
    "transferred_on": ("TransferReferral",),
    "terminated": ("TerminateReferral",),
}


def life_in(state: str) -> Life:
    life = Life()
    for verb in ROADS[state]:
        sent, actor = SENT[verb]
        assert isinstance(life.decide(sent, SIGNED_AT, actor), list), verb
    return life


def answer(state: str, verb: str) -> str:
    sent, actor = SENT[verb]
    outcome = life_in(state).decide(sent, SIGNED_AT, actor)
    if isinstance(outcome, Refused):
        assert outcome.code.startswith("referral.")
        return outcome.code.removeprefix("referral.")
    return "-" if isinstance(outcome, Already) else "+".join(type(fact).__name__ for fact in outcome)


# Columns: the states of ROADS, in their order.
GRID = """
IssueReferral     - - - - - - - - - - - - - -
SignReferral      F - - - - - - - - E R E E E
ReportProgress    s F F F . . F . . E R E E E
ReportResult      s F F F . . F . . E R E E E
VerifyReport      s . . . . . . F - E R E E E
SendBackReport    s . . . . . . F . E R E E E
RedoReferral      s . . . . . . F F E R E E E
RequestReturn     s F F F . . d . . E R E E E
GrantReturn       s . . . . F . . . E R E E E
RefuseReturn      s . . . . F . . . E R E E E
RequestExtension  s F F p . . F . . E R E E E
GrantExtension    s n n F . . n . . E R E E E
RefuseExtension   s n n F . . n . . E R E E E
HoldReferral      s F F F - . F . . E R E E E
ResumeReferral    s . . . F . . . . E R E E E
RevokeReferral    F F F F F F F F F E R - E E
TransferReferral  F F F F F F F F . E R E - E
TerminateReferral F F F F F F F F . E R E E -
CloseReferral     s . . . . . . . F - R E E E
CheckDeadline     - - - - - - - - - - - - - -
ChangeLead        - - - - - - - - - - - - - -
NoteCoUnit        F F F F F F F F F - - - - -
"""
MEANS = {
    "-": "-",
    ".": "not_in_this_state",
    "s": "not_signed",
    "E": "ended",
    "R": "returned",
    "d": "designated",
    "p": "extension_pending",
    "n": "no_extension_asked",
}
# F: what the command records where it is allowed.
FACTS = {
    "SignReferral": "ReferralSigned",
    "ReportProgress": "ProgressReported",
    "ReportResult": "FinalReported",
    "VerifyReport": "ReportVerified",
    "SendBackReport": "ReportSentBack",
    "RedoReferral": "ReferralRedone",
    "RequestReturn": "ReturnRequested",
    "GrantReturn": "ReturnGranted",
    "RefuseReturn": "ReturnRefused",
    "RequestExtension": "ExtensionRequested",
    "GrantExtension": "ExtensionGranted+DueRecomputed",
    "RefuseExtension": "ExtensionRefused",
    "HoldReferral": "ReferralHeld",
    "ResumeReferral": "ReferralResumed+DueRecomputed",
    "RevokeReferral": "ReferralRevoked",
    "TransferReferral": "ReferralTransferred",
    "TerminateReferral": "ReferralTerminated",
    "CloseReferral": "ReferralClosed",
    "NoteCoUnit": "CoUnitNoted",
}
TABLE = {
    verb: dict(zip(ROADS, (FACTS[verb] if mark == "F" else MEANS[mark] for mark in marks), strict=True))
    for verb, *marks in map(str.split, GRID.strip().splitlines())
}


def test_the_table_names_every_command_and_every_state() -> None:
    # Notices and files are aggregates of their own.
    others = {"DraftNotice", "UploadPart", "AttachFile"}
    on_referrals = {name for name, kind in COMMANDS.items() if "referral" in kind.__struct_fields__} - others
    assert set(TABLE) == set(SENT) == on_referrals
    states = {life.state.status for life in map(life_in, ROADS) if life.state is not None}
    assert states == {*OPEN, *ENDED, "verified"}
    for row in TABLE.values():
        assert row.keys() == ROADS.keys()


@pytest.mark.parametrize("state", ROADS)
@pytest.mark.parametrize("verb", SENT)
def test_what_a_command_does_in_a_state(verb: str, state: str) -> None:
    assert answer(state, verb) == TABLE[verb][state]


@pytest.mark.parametrize("verb", sorted(SENT))
def test_before_it_is_issued_there_is_only_issuing(verb: str) -> None:
    sent, actor = SENT[verb]
    outcome = referral.decide(sent, None, env(SIGNED_AT, actor), CLOCK, DUTY, "1")
    assert (
        isinstance(outcome, list)
        if isinstance(sent, IssueReferral)
        else outcome == Refused("referral.not_found", "referral")
    )


@pytest.mark.parametrize("state", [state for state in ROADS if state not in ENDED])
@pytest.mark.parametrize("verb", SENT)
def test_nothing_is_recorded_twice_by_the_same_words(verb: str, state: str) -> None:
    sent, actor = SENT[verb]
    life = life_in(state)
    first = life.decide(sent, SIGNED_AT, actor)
    facts = len(life.facts)
    if isinstance(first, list) and verb not in ("ReportProgress", "RequestReturn"):
        assert not isinstance(life.decide(sent, SIGNED_AT + timedelta(minutes=1), actor), list)
        assert len(life.facts) == facts
