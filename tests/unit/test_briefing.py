"""The life of a briefing, as sentences of the specification. domain.md §4.3 F."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.briefing import (
    BriefingCorrected,
    BriefingGenerated,
    BriefingIssued,
    BriefingReviewed,
    BriefingWithdrawn,
    figures_digest,
)
from events.bulletin import BulletinCorrected, BulletinIssued, BulletinWithdrawn, PublishedFigure
from events.calendar import CHINA
from events.codes import code_list
from events.commit import Actor
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused
from services.publication import briefing, bulletin
from services.publication.briefing import Briefing, Computed, Told
from services.publication.commands import (
    CorrectBriefing,
    GenerateBriefing,
    IssueBriefing,
    ReviewBriefing,
    WithdrawBriefing,
)

NOW = datetime(2026, 7, 2, 9, tzinfo=CHINA)
KEY = "B" * 26
COORDINATOR = Actor(principal="coordinator", role="coordinator")
OTHER = Actor(principal="coordinator2", role="coordinator")
SUPERVISOR = Actor(principal="supervisor", role="supervisor")
THEN = Computed(
    position=800, head_hash="a" * 64, until=NOW, code="1+x", figures={"contacts": 114, "referrals": 18, "notices": 3}
)
LATER = Computed(
    position=900, head_hash="b" * 64, until=NOW, code="1+x", figures={"contacts": 121, "referrals": 18, "cases": 2}
)
GENERATE = GenerateBriefing(command_id="g", kind="briefing", start=date(2026, 1, 12), end=date(2026, 6, 30))
REVIEW = ReviewBriefing(command_id="r", briefing=KEY)
ISSUE = IssueBriefing(
    command_id="i", briefing=KEY, report_to=("committee",), send_to=("care_committee",), issue_to=("member_units",),
    copies=40,
)  # fmt: skip
CORRECT = CorrectBriefing(command_id="c", briefing=KEY, figure="contacts", reason="late_entry", cause=812)
WITHDRAW = WithdrawBriefing(command_id="w", briefing=KEY, reason="figures_wrong")
ROADS: dict[str, tuple[Command, ...]] = {
    "generated": (GENERATE,),
    "reviewed": (GENERATE, REVIEW),
    "issued": (GENERATE, REVIEW, ISSUE),
    "corrected": (GENERATE, REVIEW, ISSUE, CORRECT),
    "withdrawn": (GENERATE, REVIEW, ISSUE, WITHDRAW),
    "withdrawn, never issued": (GENERATE, WITHDRAW),
}
ACTORS = {GenerateBriefing: COORDINATOR, CorrectBriefing: COORDINATOR}


class Life:
    """One briefing and its bulletin, and who works on them."""

    def __init__(self, *commands: Command) -> None:
        self.state: Briefing | None = None
        self.told: bulletin.Bulletin | None = None
        self.facts: list[Any] = []
        for command in commands:
            assert isinstance(self.decide(command), list), command

    def decide(self, command: Command, actor: Actor | None = None, now: datetime = NOW, **given: Any) -> Any:
        actor = actor or ACTORS.get(type(command), SUPERVISOR)
        env = Env(now=now, occurred=command.occurred or now, actor=actor, new_id=lambda _: "")
        around: dict[str, Any] = {
            "computed": THEN,
            "later": LATER,
            "told": Told(own=self.told),
            "numbers": (3, 17),
        } | given
        outcome = briefing.decide(command, self.state, env, **around)
        if isinstance(outcome, list):
            for fact in outcome:
                self.record(fact, actor, env.occurred)
        return outcome

    def record(self, fact: Any, actor: Actor = SUPERVISOR, occurred: datetime = NOW) -> None:
        self.facts = [*self.facts, fact]
        if isinstance(fact, BulletinIssued | BulletinCorrected | BulletinWithdrawn):
            self.told = bulletin.evolve(self.told, fact)
        else:
            self.state = briefing.evolve(self.state, fact, actor.principal, occurred)


def in_state(name: str) -> Life:
    return Life(*ROADS[name])


def code(outcome: Any) -> str:
    if isinstance(outcome, Refused):
        return outcome.code
    return "already" if isinstance(outcome, Already) else "+".join(type(fact).__name__ for fact in outcome)


# Every command in every state: in the order of ROADS.
TABLE: dict[Command, tuple[str, ...]] = {
    GENERATE: ("already",) * 6,
    REVIEW: ("BriefingReviewed", *("already",) * 3, *("briefing.withdrawn",) * 2),
    ISSUE: (
        "briefing.not_reviewed", "BriefingIssued+BulletinIssued", *("briefing.already_issued",) * 2,
        *("briefing.withdrawn",) * 2,
    ),
    CORRECT: (
        *("briefing.not_issued",) * 2, "BriefingCorrected+BulletinCorrected", "briefing.position_not_newer",
        *("briefing.withdrawn",) * 2,
    ),
    WITHDRAW: (*("BriefingWithdrawn",) * 2, *("BriefingWithdrawn+BulletinWithdrawn",) * 2, *("already",) * 2),
}  # fmt: skip


@pytest.mark.parametrize("command", TABLE, ids=lambda command: type(command).__name__)
def test_every_command_in_every_state(command: Command) -> None:
    assert tuple(code(in_state(name).decide(command)) for name in ROADS) == TABLE[command]
    if command is not GENERATE:
        assert code(Life().decide(command)) == "briefing.not_found"


def test_a_briefing_holds_where_its_figures_were_computed_and_what_they_were() -> None:
    (fact,) = Life().decide(GENERATE)
    assert fact == BriefingGenerated(
        kind="briefing", start=GENERATE.start, end=GENERATE.end, position=800, head_hash="a" * 64, code="1+x",
        figures_digest=figures_digest(THEN.figures), suppression=bulletin.RULE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refused", "field"),
    [
        ({"kind": "leaflet"}, "code.unknown", "kind"),
        ({"start": date(2026, 7, 1)}, "briefing.period_reversed", "end"),
        ({"end": date(2026, 7, 3)}, "briefing.period_not_over", "end"),
        ({"occurred": NOW + timedelta(minutes=6)}, "command.in_the_future", "occurred"),
    ],
)
def test_what_is_no_briefing_is_not_generated(changes: dict[str, Any], refused: str, field: str) -> None:
    outcome = Life().decide(msgspec.structs.replace(GENERATE, **changes))
    assert (outcome.code, outcome.field) == (refused, field)


def test_the_last_day_of_a_period_may_be_the_day_that_its_position_knows() -> None:
    until_today = msgspec.structs.replace(GENERATE, end=NOW.date())
    assert isinstance(Life().decide(until_today), list)
    yesterday = msgspec.structs.replace(THEN, until=NOW - timedelta(days=1))
    assert Life().decide(until_today, computed=yesterday).details == {"position": "800", "day": "2026-07-01"}


def test_nobody_reviews_what_they_generated_but_another_coordinator_may() -> None:
    assert code(in_state("generated").decide(REVIEW, COORDINATOR)) == "briefing.own_work"
    assert in_state("generated").decide(REVIEW, OTHER) == [BriefingReviewed(figures_digest=THEN.digest)]


@pytest.mark.parametrize(("name", "command"), [("generated", REVIEW), ("reviewed", ISSUE), ("issued", CORRECT)])
def test_figures_that_do_not_come_out_again_are_neither_reviewed_nor_issued_nor_corrected(
    name: str, command: Command
) -> None:
    other = msgspec.structs.replace(THEN, figures=THEN.figures | {"referrals": 19})
    elsewhere = msgspec.structs.replace(THEN, head_hash="c" * 64)
    for computed in (other, elsewhere):
        assert code(in_state(name).decide(command, computed=computed)) == "briefing.does_not_hold"


def test_an_issue_takes_both_numbers_and_names_whom_it_goes_to() -> None:
    issued, _ = in_state("reviewed").decide(ISSUE)
    assert issued == BriefingIssued(
        year=2026, issue_no=3, total_no=17, report_to=("committee",), send_to=("care_committee",),
        issue_to=("member_units",), copies=40,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refused", "field"),
    [
        ({"report_to": (), "send_to": (), "issue_to": ()}, "briefing.recipient_missing", "report_to"),
        ({"send_to": ("nobody",)}, "code.unknown", "send_to"),
        ({"send_to": ("member_units",)}, "briefing.recipient_twice", "report_to"),
    ],
)
def test_an_issue_without_recipients_or_with_one_twice_is_refused(
    changes: dict[str, Any], refused: str, field: str
) -> None:
    outcome = in_state("reviewed").decide(msgspec.structs.replace(ISSUE, **changes))
    assert (outcome.code, outcome.field) == (refused, field)


def test_every_recipient_has_its_usual_place() -> None:
    assert {entry.group for entry in code_list("recipient")} == {"report_to", "send_to", "issue_to"}


def test_units_are_told_totals_and_that_a_small_one_is_withheld() -> None:
    _, told = in_state("reviewed").decide(ISSUE)
    assert told == BulletinIssued(
        kind="briefing", start=GENERATE.start, end=GENERATE.end, year=2026, issue_no=3, total_no=17, position=800,
        head_hash="a" * 64, figures_digest=THEN.digest,
        figures=(
            PublishedFigure(figure="contacts", value=114),
            PublishedFigure(figure="referrals", value=18),
            PublishedFigure(figure="notices", withheld="under_5"),
        ),
    )  # fmt: skip


def test_a_situation_report_goes_upward_and_no_unit_is_told() -> None:
    life = Life(msgspec.structs.replace(GENERATE, kind="situation_report"), REVIEW, ISSUE, CORRECT, WITHDRAW)
    assert life.told is None
    assert set(bulletin.ANNOUNCED) == {entry.code for entry in code_list("briefing_kind")} - {"situation_report"}


def test_a_correction_says_what_was_printed_what_it_is_now_and_which_commit_changed_it() -> None:
    fact, told = in_state("issued").decide(CORRECT)
    assert fact == BriefingCorrected(
        number=1, figure="contacts", was=114, now=121, position=900, head_hash="b" * 64, cause=812, reason="late_entry"
    )
    assert told == BulletinCorrected(
        number=1, position=900, head_hash="b" * 64, reason="late_entry",
        figure=PublishedFigure(figure="contacts", value=121),
    )  # fmt: skip


def test_a_figure_that_nothing_counts_towards_is_nought() -> None:
    appeared, _ = in_state("issued").decide(msgspec.structs.replace(CORRECT, figure="cases"))
    gone, _ = in_state("issued").decide(msgspec.structs.replace(CORRECT, figure="notices"))
    assert ((appeared.was, appeared.now), (gone.was, gone.now)) == ((0, 2), (3, 0))


def test_corrections_are_numbered_within_their_briefing_and_go_on_from_the_last_one() -> None:
    life = in_state("corrected")
    third = msgspec.structs.replace(LATER, position=950, figures=LATER.figures | {"contacts": 130})
    (second, _) = life.decide(msgspec.structs.replace(CORRECT, figure="cases"))
    (again, _) = life.decide(msgspec.structs.replace(CORRECT, cause=901), later=third)
    assert (second.number, again.number, again.was, again.now) == (2, 3, 121, 130)


@pytest.mark.parametrize(
    ("changes", "refused", "field"),
    [
        ({"figure": "referrals"}, "briefing.figure_unchanged", "figure"),
        ({"figure": "rainfall"}, "briefing.figure_unknown", "figure"),
        ({"reason": "weather"}, "code.unknown", "reason"),
        ({"cause": 800}, "briefing.cause_outside", "cause"),
        ({"cause": 901}, "briefing.cause_outside", "cause"),
    ],
)
def test_a_correction_that_corrects_nothing_or_has_no_cause_is_refused(
    changes: dict[str, Any], refused: str, field: str
) -> None:
    outcome = in_state("issued").decide(msgspec.structs.replace(CORRECT, **changes))
    assert (outcome.code, outcome.field) == (refused, field)


@pytest.mark.parametrize("cause", [801, 900])
def test_the_cause_lies_after_the_old_position_and_at_or_before_the_new_one(cause: int) -> None:
    assert isinstance(in_state("issued").decide(msgspec.structs.replace(CORRECT, cause=cause)), list)


def test_a_correction_needs_a_newer_position() -> None:
    same = msgspec.structs.replace(LATER, position=800)
    assert code(in_state("issued").decide(CORRECT, later=same)) == "briefing.position_not_newer"


def test_a_withdrawn_briefing_keeps_its_number() -> None:
    life = in_state("withdrawn")
    assert life.state.status == "withdrawn" and life.state.issued.issue_no == 3


def test_no_step_is_dated_before_the_one_it_follows() -> None:
    early = msgspec.structs.replace(REVIEW, occurred=NOW - timedelta(hours=1))
    assert code(in_state("generated").decide(early)) == "briefing.back_dated"


FORGED = {
    "reviewed by who generated it": ("generated", BriefingReviewed(figures_digest=THEN.digest), COORDINATOR),
    "reviewed with another digest": ("generated", BriefingReviewed(figures_digest="0" * 64), SUPERVISOR),
    "issued unreviewed": ("generated", BriefingIssued(year=2026, issue_no=1, total_no=1, copies=1), SUPERVISOR),
    "withdrawn twice": ("withdrawn", BriefingWithdrawn(reason="replaced"), SUPERVISOR),
    "generated twice": ("generated", None, SUPERVISOR),
}
CORRECTION = BriefingCorrected(
    number=1, figure="contacts", was=114, now=121, position=900, head_hash="b" * 64, cause=812, reason="late_entry"
)
FORGED |= {
    f"corrected with {name}": ("issued", msgspec.structs.replace(CORRECTION, **changes), COORDINATOR)
    for name, changes in {
        "a gap in its numbers": {"number": 2},
        "nothing corrected": {"was": 121},
        "a cause from before": {"cause": 800},
        "a cause from after": {"cause": 901},
    }.items()
}


@pytest.mark.parametrize("name", FORGED)
def test_a_fact_that_cannot_follow_is_damage(name: str) -> None:
    state, fact, actor = FORGED[name]
    life = in_state(state)
    with pytest.raises(DamagedHistory):
        life.record(fact or life.facts[0], actor)


def test_a_second_correction_begins_where_the_first_one_ended() -> None:
    life = in_state("corrected")
    with pytest.raises(DamagedHistory):
        life.record(msgspec.structs.replace(CORRECTION, number=2, was=114, now=130, position=950, cause=901))
