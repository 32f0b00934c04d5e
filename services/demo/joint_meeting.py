"""After the half year: its briefing is generated, reviewed and issued, and the joint meeting reads it and resolves."""

from datetime import date, timedelta
from typing import Any

from events.calendar import published
from events.codes import code_list
from services.demo.agenda import office_moment, on
from services.demo.people import DemoFailed, People

COPIES = 40
# Working days from the end of the period to the meeting, and from the meeting to when a resolution is due.
UNTIL_MEETING, TO_RESOLVE = 3, 15
RESOLVED_MAX = 2


class JointMeeting:
    """`issue` the briefing of a period, then `hold` the meeting that has it before it. Everything goes through commands."""

    def __init__(self, people: People, start: date, end: date) -> None:
        self._people = people
        self._start, self._end = start, end
        self._calendar = published()
        self.briefing = self.meeting = ""
        self.resolution = ""

    async def issue(self) -> str:
        """The id of the briefing, under its number. Raises DemoFailed when a command is refused."""
        people = self._people
        people.now = on(self._end, 18, 30)
        generated = await self._people.send(
            "coordinator",
            "publication.GenerateBriefing",
            kind="briefing",
            start=self._start.isoformat(),
            end=self._end.isoformat(),
        )
        self.briefing = generated.id
        await self._people.send("supervisor", "publication.ReviewBriefing", briefing=self.briefing)
        await self._people.send(
            "supervisor",
            "publication.IssueBriefing",
            briefing=self.briefing,
            report_to=["committee"],
            send_to=["political_legal_commission"],
            issue_to=["member_units", "county_desks"],
            copies=COPIES,
        )
        return self.briefing

    async def hold(self) -> str:
        """The id of the meeting, its minutes signed and one of its resolutions discharged. Raises DemoFailed."""
        people = self._people
        people.now = on(self._end, 19)
        day, _ = self._calendar.add_working_days(self._end, UNTIL_MEETING)
        planned = await self._people.send(
            "coordinator",
            "meeting.PlanMeeting",
            organ="rights_posts",
            starts=on(day, 9).isoformat(),
            place="联席会议办公室二楼会议室",
            chair="联席会议召集人",
        )
        self.meeting = planned.id
        matters = await people.rows("meeting_agenda_feed", meeting=self.meeting)
        items = [(await self._propose(matter), matter) for matter in matters]
        units = sorted({matter["unit"] for matter in matters})
        await self._people.send("coordinator", "meeting.SendNotification", meeting=self.meeting, units=units)
        await self._people.send("coordinator", "meeting.FreezeAgenda", meeting=self.meeting, briefing=self.briefing)
        people.now = on(day, 11)
        await self._people.send("coordinator", "meeting.RecordAttendance", meeting=self.meeting, present=units)
        for place, (item, matter) in enumerate(items):
            await self._decide(item, matter, day, place < RESOLVED_MAX)
        await self._minutes(day)
        await self._follow_up(day)
        return self.meeting

    async def _propose(self, matter: dict[str, Any]) -> str:
        told = {name: matter[name] for name in ("kind", "number", "unit", "category", "region", "why", "since")}
        title = code_list("agenda_why").zh(matter["why"])
        await self._people.send("coordinator", "meeting.ProposeAgendaItem", meeting=self.meeting, title=title, **told)
        found = await self._people.rows("meeting_items", meeting=self.meeting)
        return str(next(row["item"] for row in found if row["number"] == matter["number"]))

    async def _decide(self, item: str, matter: dict[str, Any], day: date, resolve: bool) -> None:
        outcome = "resolved" if resolve else "left_to_lead"
        await self._people.send(
            "coordinator", "meeting.RecordDiscussion", meeting=self.meeting, item=item, outcome=outcome
        )
        if resolve:
            await self._people.send(
                "coordinator",
                "meeting.AdoptResolution",
                meeting=self.meeting,
                item=item,
                title=f"限期办结{matter['number']}并书面说明逾期原因",
                lead=matter["unit"],
                due=self._calendar.add_working_days(day, TO_RESOLVE)[0].isoformat(),
            )

    async def _minutes(self, day: date) -> None:
        people = self._people
        people.now = on(day, 16)
        await self._people.send("coordinator", "meeting.DraftMinutes", meeting=self.meeting)
        row = (await people.rows("meeting", meeting=self.meeting))[0]
        await self._people.send(
            "supervisor",
            "meeting.SignMinutes",
            meeting=self.meeting,
            signatory="联席会议召集人",
            figures_digest=row["figures_digest"],
        )
        await self._people.send("coordinator", "meeting.DistributeMinutes", meeting=self.meeting)

    async def _follow_up(self, day: date) -> None:
        """The first lead reports in time, with its own credential, and the supervisor discharges it."""
        people = self._people
        resolutions = await people.rows("resolutions", meeting=self.meeting)
        if not resolutions:
            raise DemoFailed("the meeting resolved nothing")
        first = min(resolutions, key=lambda row: str(row["resolution_no"]))
        self.resolution = first["resolution"]
        people.now = office_moment(self._calendar, on(day + timedelta(days=5), 9), 10)
        await self._people.send(
            first["lead"],
            "meeting.ReportResolution",
            resolution=self.resolution,
            result="done",
            measures=["verified_facts", "interviewed"],
        )
        people.now += timedelta(hours=5)
        await self._people.send("supervisor", "meeting.DischargeResolution", resolution=self.resolution)
