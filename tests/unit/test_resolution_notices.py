"""A resolution is supervised like a referral: the meeting service records that it is overdue, the referral service sends notices."""

import asyncio
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from events import subjects
from events.calendar import CHINA
from events.commit import Actor, Commit, genesis
from events.meeting import MeetingPlanned
from events.notice import NoticeDischarged, NoticeDrafted, NoticeEscalated, NoticeSignedOff, ReminderIssued
from services.bus.request import Accepted, Answer, Request
from services.command import Command
from services.decision import Refused
from services.ledger import Append
from services.meeting import commands as c
from services.meeting.app import Meetings
from services.referral import commands as r
from services.referral.app import Referrals
from services.working_clock import WorkingClock
from tests.support.meetings import (
    ADOPTED,
    COORDINATOR,
    EXTEND,
    HELD,
    MEETING,
    PLAN,
    RESOLUTION,
    SUPERVISOR,
    UNIT,
    moment,
)
from tests.support.memory_ledger import MemoryLedger

SUBJECT = subjects.resolution("u07", RESOLUTION)


class Office:
    """Both services on one ledger in memory, with a resolution that the education bureau leads."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.services: dict[str, Meetings | Referrals] = {
            "meeting": Meetings(self.ledger, WorkingClock()),  # type: ignore[arg-type]
            "referral": Referrals(self.ledger, WorkingClock()),  # type: ignore[arg-type]
        }
        self._reacted = self._sent = 0
        planned = MeetingPlanned(organ="rights_posts", starts=HELD, place="厅", chair="召集人")
        for subject, fact in ((subjects.meeting(MEETING), planned), (SUBJECT, ADOPTED)):
            self._record(subject, fact)

    def _record(self, subject: str, fact: Any) -> None:
        kind, _, key = subjects.parse(subject)
        commit = Commit(
            id=key, kind=kind, key=key, n=1, prev=genesis(subject), occurred=HELD, recorded=HELD, actor=COORDINATOR,
            command="Test", command_id="t", command_digest="0" * 64, policy="-", calendar="-", simulated=True, facts=(fact,),
        )  # fmt: skip
        asyncio.run(self._append(subject, commit))

    async def _append(self, subject: str, commit: Commit) -> None:
        await self.ledger.append(Append(await self.ledger.load(subject), commit))

    def send(self, service: str, actor: Actor, command: Command, now: datetime) -> Answer:
        self._sent += 1
        command = msgspec.structs.replace(command, command_id=f"c-{self._sent}")
        request = Request(
            actor=actor, verb=type(command).__name__, body=msgspec.json.encode(command), now=now, simulated=True
        )
        return asyncio.run(self._handled(service, request))

    async def _handled(self, service: str, request: Request) -> Answer:
        answer = await self.services[service].handle(request)
        await self.settle()
        return answer

    async def settle(self, again: bool = False) -> None:
        self._reacted = 0 if again else self._reacted
        while self._reacted < len(self.ledger.commits):
            stored = self.ledger.commits[self._reacted]
            self._reacted += 1
            for service in self.services.values():
                await service.react(stored)

    def check(self, when: str) -> Answer:
        return self.send("meeting", SUPERVISOR, c.CheckResolution(command_id="-", resolution=RESOLUTION), moment(when))

    def notices(self, kind: Any = NoticeDrafted) -> list[Any]:
        commits = [each.commit for each in self.ledger.commits if each.commit.kind == "notice"]
        return [fact for commit in commits for fact in commit.facts if isinstance(fact, kind)]


@pytest.fixture
def office() -> Office:
    return Office()


def test_before_the_due_day_the_lead_is_reminded_and_the_working_day_after_it_urged(office: Office) -> None:
    office.check("2026-04-09T08:00")
    assert [each.level for each in office.notices()] == [0] and len(office.notices(ReminderIssued)) == 1
    office.check("2026-04-13T08:00")
    (_, urge) = office.notices()
    assert (urge.level, urge.about, urge.referral, urge.referral_no, urge.unit, urge.grounds) == (
        1, "resolution", RESOLUTION, "青议〔2026〕1号", "u07", ("resolution_overdue",),
    )  # fmt: skip
    assert (urge.matter_zh, urge.due, urge.working_days_over) == (ADOPTED.title, ADOPTED.due, 1)
    assert [each.doc_no for each in office.notices(NoticeSignedOff)] == ["青催〔2026〕1号"]


def test_each_threshold_drafts_the_notice_of_its_level_and_the_circular_follows_from_the_notice(office: Office) -> None:
    for when in ("2026-04-13T08:00", "2026-04-20T08:00", "2026-04-27T08:00"):
        office.check(when)
    assert [each.level for each in office.notices()] == [1, 2, 3]
    assert len(office.notices(NoticeEscalated)) == 1 and office.notices()[2].escalated_from is not None
    assert {each.about for each in office.notices()} == {"resolution"}


def test_reactions_that_come_twice_send_nothing_twice(office: Office) -> None:
    for when in ("2026-04-13T08:00", "2026-04-20T08:00"):
        office.check(when)
    before = len(office.ledger.commits)
    asyncio.run(office.settle(again=True))
    assert len(office.ledger.commits) == before


def test_what_is_discharged_takes_its_notices_with_it(office: Office) -> None:
    for when in ("2026-04-13T08:00", "2026-04-20T08:00"):
        office.check(when)
    at = moment("2026-04-21T10:00")
    report = c.ReportResolution(command_id="-", resolution=RESOLUTION, result="done", measures=("visited_school",))
    assert isinstance(office.send("meeting", UNIT, report, at), Accepted)
    assert office.notices(NoticeDischarged) == []
    discharge = c.DischargeResolution(command_id="-", resolution=RESOLUTION)
    assert isinstance(office.send("meeting", SUPERVISOR, discharge, at), Accepted)
    assert [each.reason for each in office.notices(NoticeDischarged)] == ["resolution_ended"] * 2


def test_an_urge_for_an_earlier_day_makes_room_for_the_next(office: Office) -> None:
    office.check("2026-04-13T08:00")
    office.send("meeting", SUPERVISOR, EXTEND, moment("2026-04-13T09:00"))
    office.check("2026-05-06T08:00")
    assert [each.due.astimezone(CHINA).day for each in office.notices()] == [10, 30]
    assert [each.reason for each in office.notices(NoticeDischarged)] == ["superseded"]


@pytest.mark.parametrize(
    ("ground", "when", "code"),
    [
        ("resolution_overdue", "2026-04-13T08:00", None),
        ("resolution_overdue", "2026-04-09T08:00", "notice.ground_not_on_record"),
        ("report_overdue", "2026-04-13T08:00", "notice.ground_not_on_record"),
        ("sign_overdue", "2026-04-13T08:00", "notice.ground_not_on_record"),
        ("perfunctory", "2026-04-13T08:00", "notice.ground_not_on_record"),
        ("adverse_effect", "2026-04-09T08:00", None),
    ],
)
def test_a_supervisor_s_ground_is_borne_out_by_the_resolution(
    office: Office, ground: str, when: str, code: str | None
) -> None:
    draft = r.DraftNotice(command_id="-", referral=RESOLUTION, level=2, grounds=(ground,))
    answer = office.send("referral", SUPERVISOR, draft, moment(when))
    assert (answer.code if isinstance(answer, Refused) else None) == code


@pytest.mark.parametrize(
    ("steps", "ground", "code"),
    [
        (("report",), "resolution_overdue", "notice.ground_not_on_record"),
        (("report",), "perfunctory", None),
        (("report", "back"), "resolution_overdue", None),
        (("report", "discharge"), "adverse_effect", "notice.referral_ended"),
        (("carry",), "adverse_effect", "notice.referral_ended"),
    ],
)
def test_a_notice_follows_what_became_of_the_resolution(
    office: Office, steps: tuple[str, ...], ground: str, code: str | None
) -> None:
    at = moment("2026-04-13T08:00")
    plan = msgspec.structs.replace(PLAN, starts=moment("2026-06-01T09:00"))
    following = office.send("meeting", COORDINATOR, plan, at)
    assert isinstance(following, Accepted)
    said: dict[str, tuple[Actor, Command]] = {
        "report": (
            UNIT,
            c.ReportResolution(command_id="-", resolution=RESOLUTION, result="done", measures=("visited_school",)),
        ),
        "discharge": (SUPERVISOR, c.DischargeResolution(command_id="-", resolution=RESOLUTION)),
        "back": (
            SUPERVISOR,
            c.SendBackResolution(command_id="-", resolution=RESOLUTION, reason="incomplete", due=date(2026, 4, 20)),
        ),
        "carry": (COORDINATOR, c.CarryOverResolution(command_id="-", resolution=RESOLUTION, to=following.id)),
    }
    for step in steps:
        assert isinstance(office.send("meeting", *said[step], at), Accepted)
    draft = r.DraftNotice(command_id="-", referral=RESOLUTION, level=2, grounds=(ground,))
    answer = office.send("referral", SUPERVISOR, draft, moment("2026-04-21T08:00"))
    assert (answer.code if isinstance(answer, Refused) else None) == code
