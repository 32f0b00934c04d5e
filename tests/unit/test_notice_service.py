"""What the referral service does with notices: the ladder from reminder to meeting, one open notice a level, numbers, ends."""

import asyncio
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from events import subjects
from events.calendar import CHINA
from events.commit import Actor, Commit
from events.notice import NoticeDischarged, NoticeDrafted, NoticeEscalated, NumberAssigned, ReplyDueRecomputed
from events.referral import ReferralOverdue
from services.bus.request import Accepted, Request
from services.decision import Refused
from services.ledger import Append, Stored
from services.referral.app import SERVICE, Referrals
from services.referral.folding import fold_notice
from services.referral.notice import Notice, notice_id
from services.working_clock import WorkingClock
from tests.support.memory_ledger import MemoryLedger

REFERRAL = "R" * 26
ROLES = {name: Actor(principal=name, role=name) for name in ("supervisor", "coordinator")}
ROLES["referral"] = Actor(principal=SERVICE, role="service")
ROLES |= {unit: Actor(principal=unit, role="unit", unit=unit) for unit in ("u07", "u01")}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


class Office:
    """One referral of u07, due on Monday the 9th, and everybody who works on it. Time is what the test says."""

    def __init__(self, signed: bool = True) -> None:
        self.ledger = MemoryLedger()
        self.service = Referrals(self.ledger, WorkingClock())  # type: ignore[arg-type]
        self.reacted = 0
        self.commands = 0
        self.at("2026-03-02T09:00")
        self.does(
            "referral", "IssueReferral", referral=REFERRAL, unit="u07", contact_type="complaint", category="05",
            region="231003", age_band="6-13", urgency="3", asks=["handle"],
        )  # fmt: skip
        if signed:
            self.does("u07", "SignReferral", referral=REFERRAL)

    def at(self, text: str) -> "Office":
        self.now = moment(text)
        return self

    def sends(self, who: str, verb: str, command_id: str | None = None, **fields: Any) -> Any:
        """The service's answer: Accepted, or the code of a refusal. Then it reacts to what was recorded."""
        answer = asyncio.run(self.service.handle(self._request(who, verb, command_id, fields)))
        self.reacts()
        return answer.code if isinstance(answer, Refused) else answer

    def send_at_once(self, *commands: tuple[str, str, dict[str, Any]]) -> list[str]:
        """Several commands at the same time, and what became of each."""

        async def all_of_them() -> list[Any]:
            requests = [self._request(who, verb, None, fields) for who, verb, fields in commands]
            return await asyncio.gather(*(self.service.handle(request) for request in requests))

        answers = asyncio.run(all_of_them())
        self.reacts()
        return [answer.code if isinstance(answer, Refused) else "accepted" for answer in answers]

    def _request(self, who: str, verb: str, command_id: str | None, fields: dict[str, Any]) -> Request:
        self.commands += 1
        body = {"command_id": command_id or f"{verb}-{self.commands}"} | fields
        return Request(actor=ROLES[who], verb=verb, body=msgspec.json.encode(body), now=self.now, simulated=True)

    def does(self, who: str, verb: str, **fields: Any) -> Accepted:
        answer = self.sends(who, verb, **fields)
        assert isinstance(answer, Accepted), answer
        return answer

    def reacts(self, again: bool = False) -> None:
        start, end = (0, self.reacted) if again else (self.reacted, None)
        while todo := self.ledger.commits[start:end]:
            for stored in todo:
                asyncio.run(self.service.react(stored))
            if again:
                return
            start = self.reacted = self.reacted + len(todo)

    def checks(self, text: str) -> "Office":
        self.at(text).does("coordinator", "CheckDeadline", referral=REFERRAL)
        return self

    def records(self, *facts: Any) -> None:
        """A fact of the referral that another part of the service would record."""
        subject = subjects.referral("u07", REFERRAL)
        found = asyncio.run(self.ledger.load(subject))
        last: Commit = found.commits[-1].commit
        changed = msgspec.structs.replace(
            last, n=found.n + 1, prev=found.head_hash, facts=facts, occurred=self.now, recorded=self.now
        )
        asyncio.run(self.ledger.append(Append(found, changed)))
        self.reacts()

    def notices(self, level: int) -> list[Notice]:
        found: list[Notice] = []
        while True:
            history = asyncio.run(self.ledger.load(subjects.notice("u07", notice_id(REFERRAL, level, len(found)))))
            state = fold_notice(history)
            if state is None:
                return found
            found.append(state)

    def states(self) -> list[tuple[int, str]]:
        return [(level, each.status) for level in range(6) for each in self.notices(level)]

    def facts(self, kind: type) -> list[Any]:
        return [fact for stored in self.ledger.commits for fact in stored.commit.facts if isinstance(fact, kind)]


def key(level: int, number: int = 0) -> str:
    return notice_id(REFERRAL, level, number)


SIGNATURE = {"signatory": "协调办公室主任", "authority": "joint-meeting-6"}


@pytest.fixture
def office() -> Office:
    return Office()


CIRCULAR = ReferralOverdue(
    due=moment("2026-03-09T23:59:59.999999"), working_days=11, threshold="circular", calendar_version="1"
)


def test_an_overdue_report_is_urged_once_however_often_it_is_looked_at(office: Office) -> None:
    office.checks("2026-03-10T09:00").reacts(again=True)
    assert office.states() == [(1, "served")]


def test_the_notice_follows_the_urge_and_waits_for_its_signature(office: Office) -> None:
    office.checks("2026-03-10T09:00").checks("2026-03-17T09:00")
    assert office.states() == [(1, "served"), (2, "drafted")]
    office.does("supervisor", "SignOffNotice", notice=key(2), **SIGNATURE)
    assert office.notices(2)[0].doc_no == "青督〔2026〕1号"


def test_a_number_is_taken_in_the_batch_of_the_signature_and_kept_when_it_is_withdrawn(office: Office) -> None:
    office.checks("2026-03-10T09:00").checks("2026-03-17T09:00")
    for round_ in (0, 1):
        office.does("supervisor", "SignOffNotice", notice=key(2, round_), **SIGNATURE)
        office.does("supervisor", "WithdrawNotice", notice=key(2, round_), reason="drafted_in_error")
        office.does("supervisor", "DraftNotice", referral=REFERRAL, level=2, grounds=["unsolved"])
    assert [each.doc_no for each in office.notices(2)] == ["青督〔2026〕1号", "青督〔2026〕2号", None]
    last = [each for each in office.ledger.commits if each.subject == "ledger.series.notice-2026"]
    assert [each.commit.facts for each in last] == [
        (NumberAssigned(number=number, to=key(2, number - 1)),) for number in (1, 2)
    ]


def test_a_signature_that_is_refused_takes_no_number(office: Office) -> None:
    office.checks("2026-03-10T09:00").checks("2026-03-17T09:00")
    refused = office.sends("supervisor", "SignOffNotice", notice=key(2), signatory="主任", authority="standing-urge")
    assert refused == "notice.authority_not_for_level"
    assert asyncio.run(office.ledger.load("ledger.series.notice-2026")).n == 0


def test_a_drafted_notice_is_not_drafted_again_when_the_command_comes_twice(office: Office) -> None:
    first = office.sends("supervisor", "DraftNotice", "one", referral=REFERRAL, level=2, grounds=["unsolved"])
    office.does("supervisor", "WithdrawNotice", notice=first.id, reason="ground_gone")
    again = office.sends("supervisor", "DraftNotice", "one", referral=REFERRAL, level=2, grounds=["unsolved"])
    assert (again.id, again.repeated, office.states()) == (first.id, True, [(2, "withdrawn")])


def test_one_open_notice_a_referral_and_level(office: Office) -> None:
    office.does("supervisor", "DraftNotice", referral=REFERRAL, level=2, grounds=["unsolved"])
    answers = [
        office.sends("supervisor", "DraftNotice", referral=REFERRAL, level=level, grounds=["adverse_effect"])
        for level in (2, 3)
    ]
    assert answers == ["notice.already_open", "notice.escalate_instead"]


def test_of_two_who_draft_at_once_one_is_told_what_the_other_did(office: Office) -> None:
    draft = ("supervisor", "DraftNotice", {"referral": REFERRAL, "level": 2, "grounds": ["unsolved"]})
    assert sorted(office.send_at_once(draft, draft)) == ["accepted", "aggregate.changed"]
    assert office.states() == [(2, "drafted")]


def test_of_an_escalation_and_a_draft_at_once_one_stands(office: Office) -> None:
    office.checks("2026-03-10T09:00").at("2026-03-16T09:00")
    answers = office.send_at_once(
        ("supervisor", "DraftNotice", {"referral": REFERRAL, "level": 2, "grounds": ["unsolved"]}),
        ("supervisor", "EscalateNotice", {"notice": key(1)}),
    )
    assert answers.count("accepted") == 1 and [level for level, _ in office.states()] == [1, 2]


def test_two_signatures_on_one_notice_take_one_number(office: Office) -> None:
    office.does("supervisor", "DraftNotice", referral=REFERRAL, level=2, grounds=["unsolved"])
    sign = ("supervisor", "SignOffNotice", {"notice": key(2), **SIGNATURE})
    assert office.send_at_once(sign, sign) == ["accepted"] * 2
    assert asyncio.run(office.ledger.load("ledger.series.notice-2026")).n == 1


def test_a_referral_that_is_not_there_is_not_supervised(office: Office) -> None:
    answers = [
        office.sends("supervisor", "DraftNotice", referral=referral, level=2, grounds=["unsolved"], **more)
        for referral, more in (("Q" * 26, {}), (REFERRAL, {"unit": "u01"}))
    ]
    assert answers == ["referral.not_found"] * 2


def test_the_whole_ladder_is_climbed_one_level_at_a_time_after_each_date(office: Office) -> None:
    office.checks("2026-03-10T09:00")
    assert office.sends("supervisor", "EscalateNotice", notice=key(1)) == "notice.reply_not_due"
    for level, day in ((2, "03-16"), (3, "03-23"), (4, "04-01"), (5, "04-13")):
        office.at(f"2026-{day}T09:00").does("supervisor", "EscalateNotice", notice=key(level - 1))
        authority = "joint-meeting-9" if level == 5 else "joint-meeting-6"
        office.does("supervisor", "SignOffNotice", notice=key(level), signatory="召集人", authority=authority)
    assert office.states() == [(level, "served") for level in range(1, 6)]
    assert [fact.escalated_from for fact in office.facts(NoticeDrafted)] == [None, *(key(n) for n in range(1, 5))]
    assert [fact.to for fact in office.facts(NoticeEscalated)] == [key(n) for n in range(2, 6)]
    assert office.sends("supervisor", "EscalateNotice", notice=key(5)) == "notice.highest_level"


def test_when_the_next_level_was_withdrawn_a_notice_may_be_escalated_anew(office: Office) -> None:
    office.checks("2026-03-10T09:00").at("2026-03-16T09:00")
    for _ in range(2):
        office.does("supervisor", "EscalateNotice", notice=key(1))
        last = len(office.notices(2)) - 1
        office.does("supervisor", "WithdrawNotice", notice=key(2, last), reason="drafted_in_error")
    assert office.states() == [(1, "served"), (2, "withdrawn"), (2, "withdrawn")]
    assert office.notices(1)[0].escalated_to == key(2, 1)


def test_both_ends_of_an_escalation_are_in_one_batch(office: Office) -> None:
    office.checks("2026-03-10T09:00").at("2026-03-16T09:00")
    office.does("supervisor", "EscalateNotice", notice=key(1))
    low, high = office.ledger.commits[-2:]
    assert (low.commit.key, high.commit.key) == (key(1), key(2))
    assert low.commit.command_id == high.commit.command_id and high.commit.n == 1


def test_the_circular_of_the_policy_follows_from_the_notice_that_stands(office: Office) -> None:
    office.checks("2026-03-10T09:00").checks("2026-03-17T09:00").at("2026-03-24T09:00")
    office.records(CIRCULAR)
    assert office.states() == [(1, "served"), (2, "drafted"), (3, "drafted")]
    refused = office.sends("supervisor", "SignOffNotice", notice=key(3), **SIGNATURE)
    assert refused == "notice.previous_level_running"
    office.does("supervisor", "WithdrawNotice", notice=key(2), reason="replaced")
    office.does("supervisor", "SignOffNotice", notice=key(3), **SIGNATURE)


def test_without_a_notice_that_stands_the_circular_is_drafted_by_itself(office: Office) -> None:
    office.checks("2026-03-10T09:00").checks("2026-03-17T09:00")
    office.does("supervisor", "WithdrawNotice", notice=key(2), reason="ground_gone")
    office.at("2026-03-24T09:00").records(CIRCULAR)
    assert office.states() == [(1, "served"), (2, "withdrawn"), (3, "drafted")]
    assert office.notices(3)[0].drafted.escalated_from is None


def test_what_draws_near_is_reminded_of_without_a_number(office: Office) -> None:
    office.checks("2026-03-06T09:00")
    (reminder,) = office.notices(0)
    assert (reminder.status, reminder.doc_no) == ("served", None)
    assert not [each for each in office.ledger.commits if each.subject.startswith("ledger.series.remind")]


def test_an_urge_to_sign_makes_room_for_the_urge_to_report() -> None:
    office = Office(signed=False).checks("2026-03-05T09:00")
    office.at("2026-03-05T10:00").does("u07", "SignReferral", referral=REFERRAL)
    office.checks("2026-03-13T09:00").reacts(again=True)
    assert office.states() == [(1, "discharged"), (1, "served")]
    assert office.notices(1)[0].discharge_reason == "superseded"
    assert [each.drafted.grounds for each in office.notices(1)] == [("sign_overdue",), ("report_overdue",)]


def test_the_end_of_the_referral_discharges_what_is_open_at_every_level(office: Office) -> None:
    office.checks("2026-03-10T09:00")
    for level, day in ((2, "03-16"), (3, "03-23"), (4, "04-01")):
        office.at(f"2026-{day}T09:00").does("supervisor", "EscalateNotice", notice=key(level - 1))
        office.does("supervisor", "SignOffNotice", notice=key(level), **SIGNATURE)
    office.does("supervisor", "WithdrawNotice", notice=key(2), reason="ground_gone")
    handled = date(2026, 4, 1).isoformat()
    office.does("u07", "ReportResult", referral=REFERRAL, result="solved", measures=["mediated"], handled_on=handled)
    assert all(status != "discharged" for _, status in office.states())
    office.does("coordinator", "VerifyReport", referral=REFERRAL)
    office.reacts(again=True)
    assert office.states() == [(1, "discharged"), (2, "withdrawn"), (3, "discharged"), (4, "discharged")]
    assert {fact.reason for fact in office.facts(NoticeDischarged)} == {"referral_ended"}


def test_a_coordinator_s_entry_says_for_which_unit_it_is(office: Office) -> None:
    office.checks("2026-03-10T09:00")
    office.does("coordinator", "AcknowledgeNotice", notice=key(1), on_behalf_of="u07")
    commit = office.ledger.commits[-1].commit
    assert (commit.actor.principal, commit.on_behalf_of) == ("coordinator", "u07")


def test_a_unit_finds_its_own_notices_alone(office: Office) -> None:
    office.checks("2026-03-10T09:00")
    answers = [
        office.sends("u01", "AcknowledgeNotice", notice=key(1)),
        office.sends("u01", "ReplyToNotice", notice=key(1), result="planned", measures=["mediated"]),
    ]
    assert answers == ["notice.not_found"] * 2
    office.does("u07", "AcknowledgeNotice", notice=key(1))


@pytest.mark.parametrize("verb", ["DraftNotice", "EscalateNotice", "WithdrawNotice", "AcceptReply", "ServeNotice"])
def test_a_unit_does_not_supervise(office: Office, verb: str) -> None:
    assert office.sends("u07", verb, notice=key(1)) == "command.not_allowed"


@pytest.mark.parametrize(
    ("verb", "more"), [("EscalateNotice", {}), ("SignOffNotice", SIGNATURE), ("CheckNotice", {}), ("AcceptReply", {})]
)
def test_a_notice_that_is_not_there_is_refused(office: Office, verb: str, more: dict[str, str]) -> None:
    assert office.sends("supervisor", verb, notice="Q" * 26, **more) == "notice.not_found"


def test_an_overdue_reply_is_recorded_when_somebody_looks_and_once(office: Office) -> None:
    office.checks("2026-03-10T09:00").at("2026-03-16T09:00")
    answers = [office.does("supervisor", "CheckNotice", notice=key(1)).repeated for _ in range(2)]
    assert answers == [False, True] and office.notices(1)[0].reply_overdue


def test_a_provisional_reply_date_is_recomputed_once_when_its_year_is_published(office: Office) -> None:
    office.at("2026-12-29T09:00")
    office.does("supervisor", "DraftNotice", referral=REFERRAL, level=2, grounds=["unsolved"])
    office.does("supervisor", "SignOffNotice", notice=key(2), **SIGNATURE)
    assert office.notices(2)[0].provisional and office.notices(2)[0].reply_due.date() == date(2027, 1, 1)
    new_year = {"name": "元旦", "off": ["2027-01-01", "2027-01-02", "2027-01-03"]}
    office.does("supervisor", "PublishCalendar", year=2027, title="通知", holidays=[new_year])
    office.reacts(again=True)
    (moved,) = office.facts(ReplyDueRecomputed)
    assert (moved.old.date(), moved.new.date(), moved.cause) == (
        date(2027, 1, 1), date(2027, 1, 4), "calendar_published",
    )  # fmt: skip
    assert office.notices(2)[0].reply_due == moved.new and not office.notices(2)[0].provisional


def test_what_a_partner_reads_of_a_notice_leads_back_to_no_case(office: Office) -> None:
    office.checks("2026-03-10T09:00").at("2026-03-16T09:00")
    office.does("supervisor", "EscalateNotice", notice=key(1))
    sent: list[Stored] = [each for each in office.ledger.commits if each.subject.startswith("ledger.notice.u07.")]
    assert len(sent) == 3
    assert all((each.commit.causation, each.commit.correlation, each.commit.sealed) == (None,) * 3 for each in sent)


def test_an_id_that_a_sender_made_up_reaches_no_unit_in_clear(office: Office) -> None:
    sent = office.sends(
        "u07", "ReportProgress", command_id="about-Xiaoming-001", referral=REFERRAL, measures=["mediated"]
    )
    assert isinstance(sent, Accepted)
    again = office.sends(
        "u07", "ReportProgress", command_id="about-Xiaoming-001", referral=REFERRAL, measures=["mediated"]
    )
    assert isinstance(again, Accepted) and (again.n, again.repeated) == (sent.n, True)
    assert [stored for stored in office.ledger.commits if b"Xiaoming" in stored.raw] == []


# Written so that nobody's number stands in this file.
MOBILE, IDENTITY = "1" + "0" * 10, "0" * 17 + "X"


@pytest.mark.parametrize("number", [MOBILE, f"caller:{MOBILE}", "0" * 15, IDENTITY, f"{IDENTITY}-again"])
def test_an_id_that_is_a_persons_number_is_refused(office: Office, number: str) -> None:
    answer = office.sends("u07", "ReportProgress", command_id=number, referral=REFERRAL, measures=["mediated"])
    assert answer == "command.id_personal"


@pytest.mark.parametrize("number", [f"{MOBILE}5", f"a{MOBILE}", "2026-01-12", "0" * 14])
def test_other_numbers_are_ids_like_any(office: Office, number: str) -> None:
    assert isinstance(
        office.sends("u07", "ReportProgress", command_id=number, referral=REFERRAL, measures=["mediated"]), Accepted
    )
