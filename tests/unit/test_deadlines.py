"""When a period ends: the worked vectors of domain.md §4.7, the counting rules, and the choice of a policy."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.calendar import CHINA, published
from events.codes import code_list
from services import deadlines
from services.deadlines import Due, due, edition, end, report_policy, sign_policy, table
from services.referral.overdue import LADDER, REMIND_POLICY
from services.referral.reports import SENT_BACK_POLICY
from services.referral.returns import RETURN_POLICY

CALENDAR = published()
POLICIES = deadlines.policies(date(2026, 2, 13))
# The clock of the ledger knows microseconds: 24:00 is the moment after this one.
DAY_ENDS = time(23, 59, 59, 999_999)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def last_moment(text):
    return datetime.combine(at(text), DAY_ENDS, CHINA)


@pytest.mark.parametrize(
    ("start", "ends", "naive"),
    [
        ("2026-02-13", "2026-02-27", "2026-02-20"),
        ("2026-04-30", "2026-05-11", "2026-05-07"),
        ("2026-09-30", "2026-10-13", "2026-10-07"),
        ("2026-10-09", "2026-10-15", "2026-10-16"),
        ("2025-01-24", "2025-02-07", "2025-01-31"),
    ],
)
def test_five_working_days_end_where_the_state_council_s_calendar_says(start, ends, naive):
    assert due("R3", at(f"{start}T16:20"), CALENDAR) == Due(last_moment(ends), provisional=False)
    assert ends != naive


def test_a_period_into_an_unpublished_year_is_provisional():
    assert due("R3", at("2026-12-28T09:00"), CALENDAR).provisional
    assert due("PETI", at("2026-12-20T09:00"), CALENDAR) == Due(last_moment("2027-01-04"), provisional=True)
    assert not due("R1", at("2026-12-31T23:00"), CALENDAR).provisional


@pytest.mark.parametrize(
    ("policy", "start", "ends"),
    [
        # minutes and hours run on, over nights and holidays
        ("MR", "2026-02-16T23:50", "2026-02-17T00:20:00"),
        ("S1", "2026-10-01T23:45", "2026-10-02T00:15:00"),
        ("S2", "2026-01-30T17:00", "2026-01-30T19:00:00"),
        ("R1", "2026-02-13T18:30", "2026-02-14T18:30:00"),
        # working days: the day of the event never counts, whatever its hour
        ("S3", "2026-03-02T00:00", "2026-03-03T23:59:59.999999"),
        ("S3", "2026-03-06T23:59", "2026-03-09T23:59:59.999999"),
        ("S3", "2026-02-27T10:00", "2026-02-28T23:59:59.999999"),  # a make-up Saturday
        ("R2", "2026-03-07T10:00", "2026-03-11T23:59:59.999999"),  # set off on a Saturday
        ("R4", "2026-09-14T10:00", "2026-10-10T23:59:59.999999"),  # over the National Day, with two make-up days
        ("CB", "2026-06-18T10:00", "2026-06-24T23:59:59.999999"),
        # natural days: a rest day at the end rolls on (民法典 203), one inside does not
        ("LA1", "2026-03-02T10:00", "2026-03-09T23:59:59.999999"),
        ("LA1", "2026-02-10T10:00", "2026-02-24T23:59:59.999999"),
        ("LA2", "2026-05-06T10:00", "2026-05-09T23:59:59.999999"),  # a make-up Saturday is no rest day
        ("PET", "2026-01-05T10:00", "2026-03-06T23:59:59.999999"),
        # months: the corresponding day, or the month's last (民法典 202), then as above
        ("SUG", "2026-03-12T10:00", "2026-04-13T23:59:59.999999"),
        ("SUG", "2026-03-31T10:00", "2026-04-30T23:59:59.999999"),
        ("SUG", "2025-12-31T10:00", "2026-02-02T23:59:59.999999"),
        ("SUG", "2024-01-30T10:00", "2024-02-29T23:59:59.999999"),
    ],
)
def test_a_period_ends(policy, start, ends):
    assert due(policy, at(start), CALENDAR) == Due(at(ends), provisional=False)


def test_a_period_lasts_to_the_end_of_its_last_second():
    found = due("S3", at("2026-03-02T10:00"), CALENDAR).at
    assert at("2026-03-03T23:59:59.500000") <= found < at("2026-03-04T00:00:00")


def test_the_day_of_a_moment_is_its_day_in_china():
    evening_in_utc = datetime(2026, 2, 12, 16, 30, tzinfo=UTC)  # 00:30 on 13 February in China
    assert due("R3", evening_in_utc, CALENDAR).at == last_moment("2026-02-27")
    assert due("S2", evening_in_utc, CALENDAR).at.utcoffset() == timedelta(hours=8)


def test_a_moment_without_an_offset_is_an_error_and_so_is_an_unknown_policy():
    with pytest.raises(ValueError, match=r"^a period starts at a moment with an offset"):
        due("R3", datetime(2026, 2, 13), CALENDAR)
    with pytest.raises(KeyError):
        due("R9", at("2026-02-13"), CALENDAR)


moments = st.datetimes(datetime(2007, 1, 1), datetime(2026, 9, 1)).map(lambda moment: moment.replace(tzinfo=CHINA))


@given(moments, st.sampled_from(sorted(POLICIES)))
def test_every_period_ends_after_it_starts_and_on_a_working_day_unless_it_is_counted_in_hours(start, policy):
    found = due(policy, start, CALENDAR)
    assert found.at > start and found.at.utcoffset() == timedelta(hours=8) and not found.provisional
    if POLICIES[policy].unit not in ("minutes", "hours"):
        assert CALENDAR.is_workday(found.at.date()) and found.at.time() == DAY_ENDS


@given(moments, moments, st.sampled_from(["natural_days", "working_days", "months", "hours"]), st.integers(1, 20))
def test_who_starts_later_is_never_due_earlier(one, other, unit, limit):
    earlier, later = sorted((one, other))
    assert end(limit, unit, earlier, CALENDAR).at <= end(limit, unit, later, CALENDAR).at


@given(moments, st.integers(1, 40))
def test_working_days_are_the_days_between(start, limit):
    found = end(limit, "working_days", start, CALENDAR)
    assert CALENDAR.working_days_between(start.date(), found.at.date()) == limit


@pytest.mark.parametrize(("urgency", "policy"), [("1", "S1"), ("2", "S2"), ("3", "S3"), ("4", "S3")])
def test_the_limit_for_signing_follows_urgency(urgency, policy):
    assert sign_policy(urgency) == policy


@pytest.mark.parametrize(
    ("contact_type", "urgency", "policy"),
    [
        ("complaint", "1", "R1"),
        ("consult", "2", "R1"),
        ("consult", "3", "R2"),
        ("help", "3", "R2"),
        ("complaint", "3", "R3"),
        ("report", "3", "R3"),
        ("help", "4", "R4"),
        ("report", "4", "R4"),
    ],
)
def test_the_limit_for_reporting_follows_urgency_then_type(contact_type, urgency, policy):
    assert report_policy(contact_type, urgency) == policy


def test_every_choice_is_in_the_table_and_speaks_of_codes_that_exist():
    for urgency in code_list("urgency"):
        assert sign_policy(urgency.code) in POLICIES
        for contact_type in code_list("contact_type"):
            assert report_policy(contact_type.code, urgency.code) in POLICIES
    assert {"consult", "help"} <= {entry.code for entry in code_list("contact_type")}
    assert {RETURN_POLICY, SENT_BACK_POLICY} <= POLICIES.keys()


def test_the_table_carries_what_is_printed():
    assert edition(date(2026, 2, 13)) == edition(date(1999, 1, 1)) == "2026.2"
    for policy in POLICIES.values():
        assert policy.zh and policy.en.isascii() and policy.applies and policy.basis
    for basis, english in deadlines.bases().items():
        assert basis and english and english.isascii(), basis


def test_the_ladder_is_that_of_the_table_in_working_days():
    assert {POLICIES[policy].unit for policy in (*LADDER.values(), REMIND_POLICY)} == {"working_days"}
    assert [POLICIES[policy].limit for policy in (REMIND_POLICY, *LADDER.values())] == [1, 1, 5, 5]


FROM_2027 = date(2027, 1, 1)


def editions(*rows, since=FROM_2027):
    editions = [{"version": "1", "valid_from": date(2000, 1, 1)}, {"version": "2", "valid_from": since}]
    row = {"id": "R3", "zh": "-", "en": "-", "applies": "-", "unit": "working_days", "basis": "-", "basis_en": "-"}
    return {"edition": editions, "policy": [row | each for each in rows]}


def test_one_day_is_the_shortest_period_and_bounds_are_rows_as_well():
    said = dict.fromkeys(("zh", "en", "applies", "basis", "basis_en"), "-")
    bound = {"id": "EXK", "limit": 2, "unit": "times", **said}
    found = table(editions({"limit": 1}) | {"bound": [bound]})
    assert ([row.limit for row in found.policies], [row.limit for row in found.bounds]) == ([1], [2])


def test_a_changed_limit_counts_from_its_day_on_and_the_edition_says_so(monkeypatch):
    changed = table(editions({"limit": 5}, {"limit": 7, "valid_from": FROM_2027}))
    monkeypatch.setattr(deadlines, "_table", lambda: changed)
    last, first = date(2026, 12, 31), FROM_2027
    assert [deadlines.policies(day)["R3"].limit for day in (last, first)] == [5, 7]
    assert [edition(day) for day in (last, first)] == ["1", "2"]
    assert due("R3", at("2026-12-01T09:00"), CALENDAR).at.date() == date(2026, 12, 8)
    assert due("R3", at("2027-02-01T09:00"), CALENDAR).at.date() == date(2027, 2, 10)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (editions({"limit": 5}, {"limit": 5}), "an id is listed twice"),
        (editions({"limit": 5}, {"id": "R4", "limit": 5, "basis_en": "another"}), "one basis has two English forms"),
        (editions({"limit": 0}), "a limit is below 1"),
        (editions({"limit": 5, "unit": "weeks"}), "a limit is below 1 or a unit is unknown"),
        (editions({"limit": 5, "valid_from": date(2026, 7, 1)}), "a row is valid from the first day"),
        (editions({"limit": 5}, since=date(1999, 1, 1)), "editions follow each other"),
        (editions({"limit": 5}) | {"edition": []}, "editions follow each other"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_and_says_why(broken, why):
    with pytest.raises(ValueError, match=f"^deadlines: {why}"):
        table(broken)


def test_late_over_a_weekend_is_no_working_day_late():
    friday = due("S3", at("2026-03-05T10:00"), CALENDAR).at.date()
    assert CALENDAR.working_days_between(friday, date(2026, 3, 8)) == 0
    assert CALENDAR.working_days_between(friday, date(2026, 3, 9)) == 1
