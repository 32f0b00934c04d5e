"""What units are told gives away no figure under five: not by itself, not beside another, not beside an earlier bulletin."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.briefing import BriefingIssued
from events.bulletin import BulletinCorrected, BulletinIssued, BulletinWithdrawn, PublishedFigure
from services.decision import DamagedHistory
from services.publication import bulletin
from services.publication.bulletin import Bulletin
from tests.unit.test_briefing import ISSUE, THEN, in_state

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
DAY = timedelta(days=1)
reviewed = in_state("reviewed")
GENERATED = reviewed.state.generated
ISSUED = BriefingIssued(year=2026, issue_no=3, total_no=17, copies=40)


def issued(
    contacts: int, start: date = JANUARY, before: date = FEBRUARY, others: Sequence[Bulletin] = (), **more: int
) -> Bulletin:
    """The bulletin of a period that ends before `before`, with this many contacts."""
    period = msgspec.structs.replace(GENERATED, start=start, end=before - DAY)
    return bulletin.evolve(None, bulletin.issued(period, ISSUED, {"contacts": contacts, **more}, others))


def shown(of: Bulletin) -> dict[str, int | str | None]:
    return {each.figure: each.withheld or each.value for each in of.figures}


@pytest.mark.parametrize("small", range(5))
def test_a_total_under_five_is_a_word_and_no_number(small: int) -> None:
    assert shown(issued(small)) == dict.fromkeys(bulletin.PUBLISHED, "under_5")
    assert shown(issued(5))["contacts"] == 5


def test_the_digest_of_a_handful_of_contacts_could_be_guessed_and_is_not_told() -> None:
    assert [issued(count).issued.figures_digest is None for count in (0, 1, 4, 5, 114)] == [True] * 3 + [False] * 2


@pytest.mark.parametrize("gap", range(-4, 5))
def test_two_totals_that_differ_by_less_than_five_do_not_stand_together(gap: int) -> None:
    assert shown(issued(20, referrals=20 + gap)) == {"contacts": 20, "referrals": "gives_away", "notices": "under_5"}
    assert shown(issued(20, referrals=15, notices=10)) == {"contacts": 20, "referrals": 15, "notices": 10}


def test_nothing_but_totals_is_told() -> None:
    figures = {"contacts": 100, "contacts.category.02": 50, "cases": 60}
    told = bulletin.evolve(None, bulletin.issued(GENERATED, ISSUED, figures, ()))
    assert {each.figure for each in told.figures} == {"contacts", "referrals", "notices"}


def test_a_quarter_does_not_give_away_the_month_that_was_withheld() -> None:
    months = [
        issued(20, JANUARY, FEBRUARY),
        issued(30, FEBRUARY, MARCH),
        issued(2, MARCH, APRIL),
    ]
    assert [shown(each)["contacts"] for each in months] == [20, 30, "under_5"]
    assert shown(issued(52, JANUARY, APRIL, months))["contacts"] == "gives_away"
    assert shown(issued(55, JANUARY, APRIL, months))["contacts"] == 55


def test_the_same_period_may_be_told_again_but_not_almost_the_same_count() -> None:
    before = [issued(20)]
    assert shown(issued(20, others=before))["contacts"] == 20
    assert shown(issued(22, others=before))["contacts"] == "gives_away"
    assert shown(issued(25, others=before))["contacts"] == 25
    assert shown(issued(21, JANUARY, FEBRUARY + DAY, before))["contacts"] == "gives_away"


def test_what_was_withdrawn_is_known_all_the_same() -> None:
    withdrawn = bulletin.evolve(issued(20), BulletinWithdrawn(reason="replaced"))
    assert shown(issued(22, others=[withdrawn]))["contacts"] == "gives_away"


counts = st.lists(st.integers(0, 30), min_size=6, max_size=6)
periods = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 6)).filter(lambda each: each[0] < each[1]), min_size=1, max_size=7
)


@given(counts, periods)
def test_no_sum_or_difference_of_what_was_told_is_a_small_figure(
    weekly: list[int], asked: list[tuple[int, int]]
) -> None:
    """Whoever holds every bulletin knows each stretch between two days that published figures connect, and none is small."""
    told: list[Bulletin] = []
    for first, last in asked:
        start, before = JANUARY + first * DAY, JANUARY + last * DAY
        told.append(issued(sum(weekly[first:last]), start, before, told))
    known = {
        ((each.issued.start - JANUARY).days, (each.issued.end + DAY - JANUARY).days)
        for each in told
        if each.value("contacts") is not None
    }
    # All that can be worked out, by joining stretches end to end and taking one from another, until nothing new comes.
    found = known | {(last, first) for first, last in known}
    while more := {(a, d) for (a, b), (c, d) in product(found, found) if b == c and a != d} - found:
        found |= more
    assert all(abs(sum(weekly[min(pair) : max(pair)])) >= 5 for pair in found)


def test_a_correction_by_less_than_five_is_told_without_the_number() -> None:
    own = issued(20)
    for now in (16, 19, 21, 24):
        assert bulletin.corrected(own, "contacts", now, ()) == PublishedFigure(
            figure="contacts", withheld="changed_under_5"
        )
    assert bulletin.corrected(own, "contacts", 25, ()) == PublishedFigure(figure="contacts", value=25)
    assert bulletin.corrected(own, "contacts", 3, ()) == PublishedFigure(figure="contacts", withheld="under_5")


def test_a_figure_that_no_bulletin_holds_is_not_named_when_it_is_corrected() -> None:
    assert bulletin.corrected(issued(20), "contacts.category.02", 9, ()) is None


def test_a_correction_does_not_come_near_what_stands_beside_it() -> None:
    own = issued(40, referrals=20)
    assert bulletin.corrected(own, "contacts", 23, ()).withheld == "gives_away"
    neighbour = [issued(50, JANUARY, MARCH)]
    assert bulletin.corrected(own, "contacts", 48, neighbour).withheld == "gives_away"


def said(number: int, value: int | None) -> BulletinCorrected:
    withheld = None if value is not None else "changed_under_5"
    figure = PublishedFigure(figure="contacts", value=value, withheld=withheld)
    return BulletinCorrected(number=number, position=900, head_hash="b" * 64, reason="other", figure=figure)


def test_what_was_told_once_stays_known_when_a_correction_withholds_the_number() -> None:
    own = bulletin.evolve(issued(20), said(1, None))
    assert own.value("contacts") == 20
    assert bulletin.evolve(own, said(2, 30)).value("contacts") == 30


def test_no_number_is_told_in_words_for_it_and_no_word_beside_a_number() -> None:
    for value in range(12):
        for each in issued(value, referrals=value * 2, notices=value * 3).figures:
            assert (each.value is None) != (each.withheld is None)


@pytest.mark.parametrize("fact", [said(1, 30), BulletinWithdrawn(reason="replaced")])
def test_nothing_follows_a_withdrawal_and_nothing_comes_before_the_issue(
    fact: BulletinCorrected | BulletinWithdrawn,
) -> None:
    withdrawn = bulletin.evolve(issued(20), BulletinWithdrawn(reason="replaced"))
    for state in (None, withdrawn):
        with pytest.raises(DamagedHistory):
            bulletin.evolve(state, fact)


def test_a_bulletin_is_issued_once_and_its_corrections_have_no_gap() -> None:
    own = issued(20)
    with pytest.raises(DamagedHistory):
        bulletin.evolve(own, own.issued)
    with pytest.raises(DamagedHistory):
        bulletin.evolve(own, said(2, 30))


def test_the_bulletin_of_a_briefing_is_what_its_issue_records() -> None:
    (fact,) = [each for each in in_state("reviewed").decide(ISSUE) if isinstance(each, BulletinIssued)]
    assert fact == bulletin.issued(GENERATED, ISSUED, THEN.figures, ())
    assert len(list(combinations(fact.figures, 2))) == 3
