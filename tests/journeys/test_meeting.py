"""A joint meeting as the office and a unit type it, from the plan to the discharge slip, on a stack under a simulated clock."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import subjects
from events.briefing import BriefingGenerated
from events.commit import Commit, derive_id, genesis
from services.broker import connect
from services.ledger import Append, Ledger
from tests.support.contacts import contact
from tests.support.meetings import COORDINATOR, FIGURES, PLANNED
from tests.support.running import Running, Said, eventually, running

BRIEFING = derive_id("briefing", "journey")
PLANNING, MEETING, AFTER, LATE = (
    "2026-03-02T10:00:00+08:00", "2026-03-20T12:00:00+08:00", "2026-04-09T10:00:00+08:00", "2026-04-13T10:00:00+08:00",
)  # fmt: skip


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("meeting") / "data", "--simulated", "--seed", "7") as stack:
        yield stack


class Desk:
    """Somebody's command line at one moment."""

    def __init__(self, stack: Running, who: str, at: str) -> None:
        self._stack, self._who, self._at = stack, who, at

    def __call__(self, *words: object, status: int = 0, given: bytes | None = None) -> Said:
        return self._stack.lianxi(*words, "--as", self._who, "--time", self._at, status=status, given=given)

    def json(self, *words: object, status: int = 0) -> Any:
        return self(*words, "--json", status=status).json


async def lay_briefing(data: Path) -> None:
    """What the briefing service will record; only the operator may write it here."""
    fact = BriefingGenerated(
        kind="briefing", start=date(2026, 1, 1), end=date(2026, 2, 28), position=1, head_hash="0" * 64, code="test",
        figures_digest=FIGURES, suppression="none",
    )  # fmt: skip
    subject = subjects.briefing(BRIEFING)
    commit = Commit(
        id=derive_id("c", BRIEFING), kind="briefing", key=BRIEFING, n=1, prev=genesis(subject), occurred=PLANNED,
        recorded=PLANNED, actor=COORDINATOR, command="Test", command_id="t", command_digest="0" * 64, policy="-",
        calendar="-", simulated=True, facts=(fact,),
    )  # fmt: skip
    connection = await connect(data, "admin")
    try:
        ledger = Ledger(connection)
        await ledger.append(Append(await ledger.load(subject), commit))
    finally:
        await connection.close()


def test_a_meeting_from_the_plan_to_the_discharge_slip(simulated: Running, tmp_path: Path) -> None:
    office, chair = Desk(simulated, "coordinator", PLANNING), Desk(simulated, "supervisor", MEETING)
    # A referral that nobody signs: overdue by the time the meeting is called.
    early = Desk(simulated, "duty-city", "2026-02-02T10:00:00+08:00")
    entry = contact("M-1", disposition="B1", unit="u08") | {
        "started": "2026-02-02T09:00:00+08:00", "ended": "2026-02-02T09:05:00+08:00",
    }  # fmt: skip
    early("send", "intake.RegisterContact", "-", given=json.dumps(entry).encode())
    referral = eventually(lambda: next(iter(simulated.rows("referral", "list", "--as", "coordinator")), None))
    office("send", "referral.CheckDeadline", f"referral={referral['referral']}")

    plan = (
        "plan",
        "--organ",
        "rights_posts",
        "--starts",
        "2026-03-20T09:00",
        "--place",
        "二楼会议室",
        "--chair",
        "召集人",
    )
    key = office.json("meeting", *plan)["accepted"]["id"]
    office("meeting", "notify", key, "--unit", "u08", "--unit", "u07")
    feed = eventually(
        lambda: simulated.lianxi("query", "meeting_agenda_feed", "--as", "coordinator", "--json").json["rows"]
    )
    assert [row[0] for row in feed] == [referral["referral_no"]]
    assert office.json("meeting", "collect", key) == {"matters": 1, "proposed": 1}
    assert office.json("meeting", "collect", key) == {"matters": 1, "proposed": 0}
    refused = office.json("meeting", "freeze", key, "--briefing", BRIEFING, status=3)["refused"]
    assert refused["code"] == "meeting.no_such_briefing"
    asyncio.run(lay_briefing(simulated.data))
    frozen = office.json("meeting", "freeze", key, "--briefing", BRIEFING)
    late = office("meeting", "propose", key, "--kind", "other", "--title", "另一议题", "--lang", "en", status=3)
    assert "[meeting.agenda_frozen]" in late.err and "frozen" in late.err

    office = Desk(simulated, "coordinator", MEETING)
    office("meeting", "attend", key, "--present", "u08", "--excused", "u07")
    (item,) = office.json("meeting", "items", key)["rows"]
    office("meeting", "discuss", key, item["item"], "resolved")
    resolve = (
        "meeting",
        "resolve",
        key,
        "--title",
        "建立控辍保学台账",
        "--lead",
        "u08",
        "--co",
        "u07",
        "--item",
        item["item"],
    )
    holiday = office.json(*resolve, "--due", "2026-04-06", status=3)["refused"]
    assert (holiday["code"], holiday["field"]) == ("resolution.due_no_working_day", "due")
    office(*resolve, "--due", "2026-04-10")
    seq = office.json("meeting", "minutes", key)["seq"]
    office("meeting", "show", key, "--min-seq", seq)
    written = office.json("meeting", "papers", key, "--out", tmp_path / "papers")["documents"]
    (paper,) = [path for path in written if path.endswith("-minutes.json")]
    foreign = chair.json("meeting", "sign", key, "--signatory", "召集人", "--figures-digest", "b" * 64, status=3)
    assert foreign["refused"]["code"] == "meeting.figures_differ"
    chair("meeting", "sign", key, "--signatory", "召集人", "--paper", paper)
    office("meeting", "distribute", key)

    _discharged(simulated, key)
    papers = Desk(simulated, "coordinator", LATE).json(
        "meeting", "papers", "青纪〔2026〕1号", "--out", tmp_path / "after"
    )
    names = {Path(path).stem.split("-", 2)[2] for path in papers["documents"]}
    assert {"agenda", "sign-in", "minutes", "resolutions", "notice-u08", "notice-u07"} < names
    # As of the freeze there was an agenda, and nothing that came later.
    then = Desk(simulated, "coordinator", LATE).json(
        "meeting", "papers", key, "--as-of-seq", frozen["seq"], "--out", tmp_path / "then"
    )
    assert not [path for path in then["documents"] if "minutes" in path or "slip" in path]
    at = {
        json.loads(Path(path).read_text("utf-8"))["provenance"]["position"]
        for path in then["documents"]
        if path.endswith("json")
    }
    assert at == {frozen["seq"]}


def _discharged(simulated: Running, key: str) -> None:
    """The lead reports what it did, the office discharges it, the meeting closes."""
    number = "青议〔2026〕1号"
    unit, stranger = Desk(simulated, "u08", AFTER), Desk(simulated, "u07", AFTER)
    resolution = eventually(
        lambda: next(iter(simulated.rows("resolution", "show", number, "--as", "coordinator")), None)
    )["resolution"]
    report = ("--result", "done", "--measure", "visited_school")
    denied = stranger.json("resolution", "report", resolution, *report, status=3)["refused"]
    assert denied["code"] == "resolution.not_found"
    assert number in unit("todo").out and number not in stranger("todo").out
    seq = unit.json("resolution", "report", number, *report)["seq"]
    office = Desk(simulated, "coordinator", LATE)
    office("resolution", "show", number, "--min-seq", seq)
    assert office.json("meeting", "close", key, status=3)["refused"]["code"] == "meeting.resolutions_open"
    (part,) = eventually(lambda: stranger.json("unit", "cooperations")["rows"] or None)
    assert (part["resolution_no"], part["unit"], part["lead"], part["status"]) == (number, "u07", "u08", "adopted")
    assert unit.json("unit", "cooperations")["rows"] == []
    # Whatever it asks for, a unit is answered about itself.
    asked = unit.json("query", "cooperations", "-p", "unit=u07")
    assert asked["rows"] == [] and office.json("query", "cooperations", "-p", "unit=u07")["rows"] != []
    office("resolution", "discharge", number)
    closed = eventually(lambda: said if (said := _closing(simulated, key)).status == 0 else None)
    assert "accepted" in closed.json
    eventually(lambda: not stranger.json("unit", "cooperations")["rows"] or None)
    # An auditor replays the meeting with what it resolved, and what the co-unit heard of that.
    commits = Desk(simulated, "auditor", LATE).json("audit", "replay", key)
    kinds = [each["subject"].split(".")[1] for each in commits]
    assert kinds[0] == "meeting" and set(kinds) == {"meeting", "resolution", "cooperation"}
    assert [each["seq"] for each in commits] == sorted({each["seq"] for each in commits})
    told = [fact["type"] for each in commits for fact in each["facts"]]
    assert {"MeetingClosed.v1", "ResolutionDischarged.v1", "CooperationEnded.v1"} <= set(told)
    alone = Desk(simulated, "auditor", LATE).json("audit", "replay", part["cooperation"])
    assert {each["subject"].split(".")[2] for each in alone} == {"u07"}
    (part,) = stranger.json("unit", "cooperations", "--all")["rows"]
    assert (part["title"], part["status"]) == ("建立控辍保学台账", "discharged")
    heard = [json.loads(line) for line in simulated.lianxi("listen", "u07", "--until-idle", "2").out.splitlines()]
    assert [fact["type"] for line in heard for fact in line["commit"]["facts"] if ".cooperation." in line["subject"]] == [
        "CooperationBegun.v1", "CooperationEnded.v1",
    ]  # fmt: skip
    assert office.json("resolution", "check") == {"moved": 0}


def _closing(simulated: Running, key: str) -> Said:
    return simulated.lianxi_maybe("meeting", "close", key, "--as", "coordinator", "--time", LATE)
