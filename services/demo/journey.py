"""Half a year, day by day: the register is imported, units handle, coordinators verify, deadlines are checked."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from rich.progress import Progress

from events.calendar import published
from services.console.exchange import import_rows
from services.console.register_csv import read_register
from services.demo.agenda import Agenda, office_moment, on
from services.demo.people import DemoFailed, People
from services.demo.population import Coordination, Story, coordinations, register_rows, stories, write_register
from services.referral.referral import CHINA

FIRST_DAY, LAST_DAY = date(2026, 1, 12), date(2026, 6, 30)
IMPORT_HOUR, CHECK_HOUR = 17, 8
Progressing = Callable[[date], None]


class Journey:
    """Plays the register of one seed. Everything goes through commands; the ledger is never written directly."""

    def __init__(self, people: People, folder: Path, seed: int) -> None:
        self._people = people
        self._folder = folder
        self._calendar = published()
        self._agenda = Agenda()
        self._rows = register_rows(seed)
        self._stories = stories(seed)
        self._coordinations = coordinations(seed)
        # Referral id -> the story it belongs to, once its chain of acts is on the agenda.
        self._known: set[str] = set()
        self.contacts = 0

    async def play(self, progressing: Progressing) -> None:
        """From the first day to the last. Raises DemoFailed when a command is refused."""
        write_register(self._rows, self._folder / "register.csv")
        day = FIRST_DAY
        while day <= LAST_DAY:
            progressing(day)
            await self._morning(day)
            await self._acts(on(day, IMPORT_HOUR))
            await self._import(day)
            await self._acts(on(day + timedelta(days=1), 0))
            day += timedelta(days=1)

    async def finish(self) -> None:
        """The coordinator looks once more at what is overdue on the evening of the last day."""
        self._people.now = on(LAST_DAY, 18)
        await self._check_deadlines()

    async def _acts(self, until: datetime) -> None:
        while (due := self._agenda.take(until)) is not None:
            when, act = due
            self._people.now = when
            await act()

    async def _morning(self, day: date) -> None:
        if not self._calendar.is_workday(day):
            return
        self._people.now = on(day, CHECK_HOUR, 30)
        await self._check_deadlines()

    async def _check_deadlines(self) -> None:
        """What is overdue is recorded; drafted notices are signed off; units acknowledge what they were served."""
        people = self._people
        for row in await people.rows("open_deadlines", now=people.now.isoformat()):
            await people.send("coordinator", "referral.CheckDeadline", referral=row["referral"])
        for row in await people.rows("supervision_ledger"):
            if row["status"] == "drafted":
                await people.send(
                    "supervisor",
                    "referral.SignOffNotice",
                    notice=row["notice"],
                    signatory="协调办公室主任",
                    authority_basis="青少年维权工作联席会议制度（示例）第6条",
                )
        for row in await people.rows("supervision_ledger"):
            if row["status"] == "served":
                await people.send(row["unit"], "referral.AcknowledgeNotice", notice=row["notice"])

    async def _import(self, day: date) -> None:
        rows = [row for row in self._rows if row["来电时间"].startswith(day.isoformat())]
        if not rows:
            return
        path = self._folder / "register" / f"{day.isoformat()}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_register(rows, path)
        self._people.now = max(on(day, IMPORT_HOUR, 30), _latest(rows) + timedelta(minutes=5))
        await self._import_file(path)
        await self._after_import({row["编号"] for row in rows})

    async def _import_file(self, path: Path) -> None:
        register = read_register(path)
        if register.problems:
            raise DemoFailed(f"{path.name}: {register.problems[0].en}")
        client = await self._people.client("duty-city")
        with Progress(disable=True) as progress:
            # One row, and all that follows from it, before the next: one seed gives one ledger, commit by commit.
            for row in register.rows:
                done = await import_rows(client, [row], [], progress)
                if done.problems:
                    raise DemoFailed(f"{path.name}: {done.problems[0].en}")
                self.contacts += done.imported
                await self._people.rest()

    async def _after_import(self, numbers: set[str]) -> None:
        cases = {row["number"]: row for row in await self._people.rows("case_board")}
        for number in sorted(numbers & cases.keys()):
            row = cases[number]
            if row["mandatory"] and not row["mandatory_made"]:
                await self._report_to_police(row)
            if number in self._coordinations:
                self._plan_coordination(row["case_id"], self._coordinations[number])
        await self._plan_new_referrals()

    async def _report_to_police(self, row: dict[str, Any]) -> None:
        await self._people.send(
            "coordinator",
            "intake.MakeMandatoryReport",
            case=row["case_id"],
            to="u01",
            method="phone_110",
            made=(self._people.now - timedelta(minutes=1)).isoformat(),
            police_ref=f"DEMO-{row['number'][-4:]}",
        )
        await self._people.send(
            "coordinator",
            "intake.AcknowledgeMandatoryReport",
            case=row["case_id"],
            by="u01",
            acknowledged=self._people.now.isoformat(),
        )

    async def _plan_new_referrals(self) -> None:
        numbers = {row["case_id"]: row["number"] for row in await self._people.rows("case_board")}
        for row in await self._people.rows("referral_ledger"):
            number = numbers.get(row["case_id"])
            if row["referral"] in self._known or number not in self._stories:
                continue
            self._known.add(row["referral"])
            story = self._stories[number]
            self._plan_referral(row, msgspec.structs.replace(story, kind="on_time") if row["replaces"] else story)

    def _at(self, when: datetime, act: Callable[[], Awaitable[None]]) -> None:
        self._agenda.put(when, act)

    def _plan_referral(self, row: dict[str, Any], story: Story) -> None:
        due_sign = datetime.fromisoformat(row["due_sign"])
        if story.kind == "unsigned_overdue":
            self._at(office_moment(self._calendar, due_sign + timedelta(days=3), 15), lambda: self._sign(row, story))
            return
        early = self._people.now + min(timedelta(minutes=20), (due_sign - self._people.now) / 2)
        usual = office_moment(self._calendar, self._people.now, 9, 30)
        self._at(usual if usual < due_sign else early, lambda: self._sign(row, story))

    async def _sign(self, row: dict[str, Any], story: Story) -> None:
        people, referral, unit = self._people, row["referral"], row["unit"]
        await people.send(unit, "referral.SignReferral", referral=referral)
        signed = next(each for each in await people.rows("referral_ledger") if each["referral"] == referral)
        due = datetime.fromisoformat(signed["due_report"])
        match story.kind:
            case "never_reported":
                return
            case "returned_granted" | "return_refused":
                self._at(
                    office_moment(self._calendar, people.now + timedelta(hours=1), 15),
                    lambda: self._ask_return(row, story, due),
                )
            case _:
                self._plan_report(row, story, due)

    def _plan_report(self, row: dict[str, Any], story: Story, due: datetime) -> None:
        late = story.kind == "late_report"
        when = office_moment(self._calendar, due + timedelta(days=story.days_late), 11) if late else self._in_time(due)
        if not late and when - self._people.now > timedelta(days=2):
            self._at(self._people.now + timedelta(days=1), lambda: self._progress(row, story))
        self._at(when, lambda: self._report(row, story))

    def _in_time(self, due: datetime) -> datetime:
        """The last working afternoon that is well before the due moment, else a little before it."""
        usual = office_moment(self._calendar, due - timedelta(days=1, hours=12), 15)
        return usual if self._people.now < usual < due else self._people.now + (due - self._people.now) / 2

    async def _progress(self, row: dict[str, Any], story: Story) -> None:
        await self._people.send(
            row["unit"], "referral.ReportProgress", referral=row["referral"], measures=list(story.measures[:1])
        )

    async def _report(self, row: dict[str, Any], story: Story) -> None:
        people = self._people
        await people.send(
            row["unit"],
            "referral.ReportResult",
            referral=row["referral"],
            result=story.result,
            measures=list(story.measures),
            handled_on=people.now.astimezone(CHINA).date().isoformat(),
            replied_to_caller_on=people.now.astimezone(CHINA).date().isoformat(),
        )
        back = story.kind == "sent_back"
        self._at(
            office_moment(self._calendar, people.now + timedelta(hours=2), 10),
            (lambda: self._send_back(row, story)) if back else (lambda: self._verify(row, story)),
        )

    async def _send_back(self, row: dict[str, Any], story: Story) -> None:
        await self._people.send("coordinator", "referral.SendBackReport", referral=row["referral"], reason="incomplete")
        again = msgspec.structs.replace(story, kind="on_time")
        self._at(
            office_moment(self._calendar, self._people.now + timedelta(hours=20), 11), lambda: self._report(row, again)
        )

    async def _verify(self, row: dict[str, Any], story: Story) -> None:
        await self._people.send("coordinator", "referral.VerifyReport", referral=row["referral"])
        self._at(
            office_moment(self._calendar, self._people.now + timedelta(hours=20), 14),
            lambda: self._call_back(row["case_id"], story.satisfied, story.closure),
        )

    async def _ask_return(self, row: dict[str, Any], story: Story, due: datetime) -> None:
        await self._people.send(row["unit"], "referral.RequestReturn", referral=row["referral"], ground="not_competent")
        self._at(
            office_moment(self._calendar, self._people.now + timedelta(hours=2), 10),
            lambda: self._decide_return(row, story, due),
        )

    async def _decide_return(self, row: dict[str, Any], story: Story, due: datetime) -> None:
        people = self._people
        if story.kind == "return_refused":
            await people.send("coordinator", "referral.RefuseReturn", referral=row["referral"])
            self._plan_report(row, story, due)
            return
        await people.send("coordinator", "referral.GrantReturn", referral=row["referral"])
        await people.send(
            "coordinator", "intake.RequestReferral", case=row["case_id"], unit=story.new_unit, replaces=row["referral"]
        )
        await self._plan_new_referrals()

    async def _call_back(self, case: str, satisfied: bool, closure: str | None) -> None:
        people = self._people
        await people.send(
            "coordinator",
            "intake.RecordCallback",
            case=case,
            reached=True,
            answered=True,
            solved=satisfied,
            satisfied=satisfied,
        )
        if satisfied and closure:
            people.now += timedelta(minutes=10)
            await people.send("coordinator", "intake.CloseCase", case=case, code=closure)

    def _plan_coordination(self, case: str, plan: Coordination) -> None:
        begin = office_moment(self._calendar, self._people.now, 10)
        if plan.instruction:
            self._at(begin, lambda: self._instruct(case, plan))
        meet = office_moment(self._calendar, begin + timedelta(days=plan.days), 14)
        self._at(meet, lambda: self._coordinate(case, plan))

    async def _instruct(self, case: str, plan: Coordination) -> None:
        await self._people.send(
            "leader",
            "intake.RecordInstruction",
            case=case,
            instruction_no=plan.instruction_no,
            post="团市委书记",
            instruction=plan.instruction,
        )

    async def _coordinate(self, case: str, plan: Coordination) -> None:
        people = self._people
        await people.send(
            "coordinator",
            "intake.RecordCoordination",
            case=case,
            units=list(plan.units),
            measures=list(plan.measures),
            coordination=plan.words,
        )
        today = people.now.astimezone(CHINA).date()
        for outcome in plan.outcomes:
            await people.send(
                "coordinator",
                "intake.RecordOutcome",
                case=case,
                outcome=outcome.code,
                monthly_yuan=outcome.monthly_yuan,
                starts_on=today.isoformat(),
                review_on=(today + timedelta(days=90)).isoformat(),
            )
        self._at(
            office_moment(self._calendar, people.now + timedelta(days=7), 15),
            lambda: self._call_back(case, plan.satisfied, plan.closure),
        )


def _latest(rows: list[dict[str, str]]) -> datetime:
    texts = [text for row in rows for text in (row["来电时间"], row["结束时间"]) if text]
    return max(datetime.fromisoformat(text).replace(tzinfo=CHINA) for text in texts)
