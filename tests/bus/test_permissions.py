"""Least privilege, tried from the outside: every credential is held by somebody who keeps to no manners."""

import json
from pathlib import Path

import nats.errors
import pytest
from nats.js.errors import Error as StreamError

from events import subjects
from events.numbering import series_of
from events.subjects import LEDGER, PARTNERS, TIMERS
from services.broker import load_credential
from services.ledger import Ledger
from tests.support.brokers import Attacker, Bus, attacker
from tests.support.commits import following

# Reading, arming, faking, taking and losing a wake.
TIMERS_OF_OTHERS = [
    "timer.at.referral.u01.X",
    "timer.due.referral.u01.X",
    "timer.x",
    *(
        f"$JS.API.{verb}.{TIMERS}"
        for verb in ("DIRECT.GET", "STREAM.MSG.GET", "STREAM.INFO", "STREAM.UPDATE", "STREAM.PURGE", "STREAM.DELETE")
    ),
    f"$JS.API.DIRECT.GET.{TIMERS}.timer.at.referral.u01.X",
    f"$JS.API.CONSUMER.CREATE.{TIMERS}.mine",
    f"$JS.API.CONSUMER.INFO.{TIMERS}.referral",
    f"$JS.API.CONSUMER.DELETE.{TIMERS}.referral",
    f"$JS.API.CONSUMER.MSG.NEXT.{TIMERS}.referral",
    f"$JS.ACK.{TIMERS}.referral.1.1.1.1.0",
    f"$JS.ACK._.hash.{TIMERS}.referral.1.1.1.1.0",
    f"office.API.DIRECT.GET.{TIMERS}",
    f"office.API.STREAM.INFO.{TIMERS}",
]
# What a unit could try. OWN is u01; everything else is somebody else's or nobody's.
DENIED_TO_A_UNIT = [
    f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.u02",
    f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.*",
    f"$JS.API.CONSUMER.MSG.NEXT.{LEDGER}.intake",
    f"$JS.API.CONSUMER.RESET.{PARTNERS}.u02",
    f"$JS.API.CONSUMER.INFO.{PARTNERS}.u01",
    f"$JS.API.CONSUMER.INFO.{PARTNERS}.u02",
    f"$JS.API.CONSUMER.NAMES.{PARTNERS}",
    f"$JS.API.CONSUMER.LIST.{PARTNERS}",
    f"$JS.API.CONSUMER.CREATE.{PARTNERS}",
    f"$JS.API.CONSUMER.CREATE.{PARTNERS}.mine",
    f"$JS.API.CONSUMER.CREATE.{PARTNERS}.u01",
    f"$JS.API.CONSUMER.CREATE.{PARTNERS}.mine.partner.u02.>",
    f"$JS.API.CONSUMER.DURABLE.CREATE.{PARTNERS}.mine",
    f"$JS.API.CONSUMER.DELETE.{PARTNERS}.u01",
    f"$JS.API.CONSUMER.DELETE.{PARTNERS}.u02",
    f"$JS.API.CONSUMER.PAUSE.{PARTNERS}.u02",
    f"$JS.API.DIRECT.GET.{LEDGER}",
    f"$JS.API.DIRECT.GET.{LEDGER}.ledger.referral.u01.X",
    f"$JS.API.DIRECT.GET.{PARTNERS}",
    f"$JS.API.DIRECT.GET.{PARTNERS}.partner.u02.referral.X",
    f"$JS.API.DIRECT.GET.{PARTNERS}.partner.u02.cooperation.X",
    f"$JS.API.STREAM.MSG.GET.{LEDGER}",
    f"$JS.API.STREAM.MSG.GET.{PARTNERS}",
    f"$JS.API.STREAM.MSG.DELETE.{PARTNERS}",
    f"$JS.API.STREAM.INFO.{LEDGER}",
    f"$JS.API.STREAM.INFO.{PARTNERS}",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.CREATE.MINE",
    f"$JS.API.STREAM.UPDATE.{PARTNERS}",
    f"$JS.API.STREAM.PURGE.{PARTNERS}",
    f"$JS.API.STREAM.DELETE.{PARTNERS}",
    f"$JS.API.STREAM.DELETE.{LEDGER}",
    f"$JS.API.STREAM.SNAPSHOT.{LEDGER}",
    "$JS.API.STREAM.RESTORE.MINE",
    "$JS.API.INFO",
    f"$JS.ACK.{PARTNERS}.u02.1.1.1.1.0",
    f"$JS.ACK.{LEDGER}.referral.1.1.1.1.0",
    f"$JS.ACK._.hash.{PARTNERS}.u02.1.1.1.1.0",
    "ledger.referral.u01.X",
    "ledger.case.231000.X",
    "ledger.briefing.X",
    "ledger.bulletin.X",
    "partner.u01.referral.X",
    "partner.u02.referral.X",
    "partner.all.bulletin.X",
    f"$JS.API.DIRECT.GET.{LEDGER}.ledger.bulletin.X",
    f"$JS.API.DIRECT.GET.{PARTNERS}.partner.all.bulletin.X",
    "cmd.publication.u01.ReviewBriefing",
    "cmd.publication.supervisor.IssueBriefing",
    "qry.projections.u01.figures",
    "cmd.referral.u02.SignReferral",
    "cmd.referral.coordinator.VerifyReport",
    "cmd.meeting.u02.ReportResolution",
    "cmd.meeting.coordinator.DischargeResolution",
    *(
        f"cmd.meeting.u01.{verb}"
        for verb in ("DischargeResolution", "SignMinutes", "PlanMeeting", "CheckResolution", "NoteCooperation")
    ),
    "ledger.resolution.u01.X",
    "ledger.meeting.X",
    "ledger.cooperation.u01.X",
    "partner.u01.resolution.X",
    "partner.u01.cooperation.X",
    "cmd.intake.u01.RegisterContact",
    "cmd.intake.coordinator.CloseCase",
    "qry.projections.u01.case_board",
    "qry.projections.u01.rebuild",
    "qry.projections.u01.resolutions",
    "qry.projections.u02.todo",
    "qry.projections.u02.cooperations",
    "qry.projections.coordinator.case_board",
    "_INBOX.x.y",
    "_R_.x.y",
    "$SYS.REQ.SERVER.PING",
    *TIMERS_OF_OTHERS,
]
DENIED_TO_HEAR = [
    ">", "*", "*.>", "partner.>", "partner.u01.>", "partner.u02.>", "partner.all.>", "cmd.publication.>", "ledger.>", "ledger.referral.u01.>", "cmd.>",
    "cmd.referral.>", "cmd.referral.u01.>", "cmd.referral.u02.*", "qry.>", "_INBOX.>", "_INBOX.*.>", "_R_.>", "$JS.>",
    "$JS.ACK.>", "$JS.API.>", "$JS.EVENT.>", "$SYS.>", "timer.>", "timer.due.>", "timer.at.referral.u01.>",
]  # fmt: skip
HOSTILE_REPLIES = [
    "ledger.referral.u02.INJECTED",
    "ledger.case.231000.INJECTED",
    "partner.u02.referral.INJECTED",
    "cmd.referral.u02.SignReferral",
    "cmd.intake.coordinator.CloseCase",
    f"$JS.API.STREAM.DELETE.{LEDGER}",
    f"$JS.API.STREAM.PURGE.{PARTNERS}",
    f"$JS.API.CONSUMER.DELETE.{PARTNERS}.u02",
    f"$JS.ACK.{PARTNERS}.u02.1.1.1.1.0",
    "_R_.x.y",
    "$SYS.REQ.SERVER.PING",
    "timer.at.referral.u01.X",
    "timer.due.referral.u01.X",
]
OWN_TO_A_UNIT = [
    (f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.u01", b'{"batch":1,"no_wait":true}'),
    (f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.u01", b"no json"),
    (f"$JS.API.CONSUMER.RESET.{PARTNERS}.u01", b'{"seq":1}'),
    (f"$JS.API.CONSUMER.RESET.{PARTNERS}.u01", b"no json"),
    ("cmd.referral.u01.SignReferral", b"{}"),
    ("cmd.meeting.u01.ReportResolution", b"{}"),
]
# What the referral service may do to TIMERS: a wake itself is written by the broker alone.
TO_KEEP_TIMERS = [
    "timer.at.referral.u01.X",
    f"$JS.API.DIRECT.GET.{TIMERS}",
    f"$JS.API.CONSUMER.MSG.NEXT.{TIMERS}.referral",
    f"$JS.ACK.{TIMERS}.referral.1.1.1.1.0",
    f"$JS.ACK._.hash.{TIMERS}.referral.1.1.1.1.0",
]
PEOPLE = ["coordinator", "supervisor", "duty-city", "auditor", "leader"]


async def issue(bus: Bus, unit: str, key: str) -> None:
    async with bus.ledger() as ledger:
        await ledger.append(following(await ledger.load(subjects.referral(unit, key)), key))


async def announce(bus: Bus, key: str) -> None:
    async with bus.ledger("publication") as ledger:
        await ledger.append(following(await ledger.load(subjects.bulletin(key)), key))


async def fetched(attacker: Attacker, unit: str, count: int = 100) -> list[str]:
    """The subjects that a unit pulls from its own feed, until it is empty."""
    pull = await attacker.connection.jetstream().pull_subscribe_bind(consumer=unit, stream=PARTNERS)
    found: list[str] = []
    try:
        while len(found) < count:
            for message in await pull.fetch(10, timeout=0.5):
                await message.ack_sync()
                found.append(message.subject)
    except (TimeoutError, nats.errors.TimeoutError, StreamError):
        pass
    return found


async def test_a_unit_may_say_nothing_but_its_own(one: Bus):
    async with attacker(one, "u01") as unit:
        passed = [subject for subject in DENIED_TO_A_UNIT if await unit.publishes(subject)]
    assert passed == []


async def test_a_unit_may_hear_nothing_but_its_own_inbox(one: Bus):
    neighbours = [f"{load_credential(one.data, name).inbox}.>" for name in ("u02", "intake", "coordinator")]
    async with attacker(one, "u01") as unit:
        passed = [subject for subject in [*DENIED_TO_HEAR, *neighbours] if await unit.subscribes(subject)]
        assert not await unit.subscribes("cmd.referral.*.*", queue="referral")
    assert passed == []


async def test_a_unit_reads_its_own_feed_and_no_other_units(own: Bus):
    await issue(own, "u01", "MINE")
    await issue(own, "u02", "THEIRS")
    async with attacker(own, "u01") as unit:
        assert await fetched(unit, "u01", 1) == ["partner.u01.referral.MINE"]
        assert await fetched(unit, "u01") == []
        assert unit.refusals == []


async def test_what_goes_to_all_units_comes_to_each_and_nothing_of_another_with_it(own: Bus):
    await issue(own, "u01", "MINE")
    await announce(own, "NEWS")
    await issue(own, "u02", "THEIRS")
    for unit, referral in (("u01", "MINE"), ("u02", "THEIRS"), ("u03", None)):
        async with attacker(own, unit) as reading:
            expected = {"partner.all.bulletin.NEWS"} | ({f"partner.{unit}.referral.{referral}"} if referral else set())
            found = await fetched(reading, unit)
            assert (set(found), len(found)) == (expected, len(expected))
            # From the beginning once more: a consumer of two filters starts again as one of one filter does.
            await reading.connection.request(f"$JS.API.CONSUMER.RESET.{PARTNERS}.{unit}", b'{"seq":1}', timeout=5)
            assert await fetched(reading, unit) == found
            assert reading.refusals == []


async def test_a_unit_reads_its_own_resolutions_and_no_other_units(own: Bus):
    async with own.ledger("meeting") as ledger:
        for code, key in (("u01", "MINE"), ("u02", "THEIRS")):
            await ledger.append(following(await ledger.load(subjects.resolution(code, key)), key))
        # Each assists in the other's.
        for code, key in (("u01", "MYPART"), ("u02", "THEIRPART")):
            await ledger.append(following(await ledger.load(subjects.cooperation(code, key)), key))
        await ledger.append(following(await ledger.load(subjects.meeting("BOTH")), "BOTH"))
    async with attacker(own, "u01") as unit, attacker(own, "u02") as neighbour:
        assert await fetched(unit, "u01") == ["partner.u01.resolution.MINE", "partner.u01.cooperation.MYPART"]
        assert await fetched(neighbour, "u02") == ["partner.u02.resolution.THEIRS", "partner.u02.cooperation.THEIRPART"]
        assert await unit.publishes("cmd.meeting.u01.ReportResolution")
        assert not await unit.publishes("cmd.meeting.u02.ReportResolution")


async def test_what_a_unit_reads_are_the_committed_bytes(own: Bus):
    await issue(own, "u01", "MINE")
    async with own.ledger() as ledger, attacker(own, "u01") as unit:
        (stored,) = (await ledger.load(subjects.referral("u01", "MINE"))).commits
        pull = await unit.connection.jetstream().pull_subscribe_bind(consumer="u01", stream=PARTNERS)
        (message,) = await pull.fetch(1, timeout=5)
    assert message.data == stored.raw


async def test_a_unit_may_read_its_own_feed_again(own: Bus):
    await issue(own, "u01", "MINE")
    async with attacker(own, "u01") as unit:
        assert len(await fetched(unit, "u01", 1)) == 1
        await unit.connection.request(f"$JS.API.CONSUMER.RESET.{PARTNERS}.u01", b'{"seq":1}', timeout=5)
        assert await fetched(unit, "u01", 1) == ["partner.u01.referral.MINE"]


async def test_a_unit_cannot_aim_an_answer_at_the_ledger_or_at_anybody(own: Bus):
    await issue(own, "u01", "MINE")
    await issue(own, "u02", "THEIRS")
    async with own.connected("admin") as admin, attacker(own, "u01") as unit, attacker(own, "u02") as neighbour:
        heard: list[str] = []

        async def hear(message: object) -> None:
            heard.append(message.subject)  # type: ignore[attr-defined]

        await admin.subscribe("cmd.intake.>", cb=hear)
        await admin.subscribe("partner.>", cb=hear)
        await admin.flush()
        before = await Ledger(admin).head()
        for subject, body in OWN_TO_A_UNIT:
            for reply in HOSTILE_REPLIES:
                # Refused or let through: what counts is that nothing comes of it.
                await unit.publishes(subject, body, reply=reply)
        # A whole round through the broker after the last attack: what it had to set off, it has set off.
        await issue(own, "u01", "AFTER")
        # A pull that nobody hears waits until it has taken one event: the unit harms itself alone, and for as many
        # events as it sent such pulls. After that its feed can be read again from the start.
        for _ in range(len(HOSTILE_REPLIES) * 2):
            await unit.connection.request(f"$JS.API.CONSUMER.RESET.{PARTNERS}.u01", b'{"seq":1}', timeout=5)
            own_feed = await fetched(unit, "u01", 2)
            if len(own_feed) == 2:
                break
        assert own_feed == ["partner.u01.referral.MINE", "partner.u01.referral.AFTER"]
        after = await Ledger(admin).head()
        assert (after.seq - before.seq, after.incarnation) == (1, before.incarnation)
        assert await fetched(neighbour, "u02") == ["partner.u02.referral.THEIRS"]
        assert heard == []


def test_a_unit_cannot_make_an_inbox_guess_right(one: Bus):
    inboxes = {load_credential(one.data, f"u{number:02}").inbox for number in range(1, 29)}
    assert len(inboxes) == 28
    assert all(len(inbox.split(".")) == 2 and len(inbox) >= len("_INBOX.") + 32 for inbox in inboxes)


@pytest.mark.parametrize("person", PEOPLE)
async def test_a_person_speaks_for_nobody_else_and_writes_no_ledger(one: Bus, person: str):
    own = [f"cmd.{service}.{person}.X" for service in ("intake", "referral", "meeting", "publication")]
    own += [f"qry.projections.{person}.x"]
    denied = [
        "cmd.intake.coordinator2.X", "cmd.referral.coordinator2.X", "cmd.publication.coordinator2.X",
        "ledger.briefing.X", "ledger.bulletin.X", "qry.projections.coordinator2.x", "cmd.referral.u01.X",
        "cmd.intake.intake.OpenCase", "ledger.case.231000.X", "ledger.contact.city.X", "ledger.referral.u01.X",
        "cmd.meeting.coordinator2.X", "cmd.meeting.u01.ReportResolution", "ledger.meeting.X", "ledger.resolution.u01.X", "ledger.cooperation.u01.X",
        "partner.u01.referral.X", "_INBOX.x.y", f"$JS.API.STREAM.DELETE.{LEDGER}", f"$JS.API.STREAM.UPDATE.{LEDGER}",
        f"$JS.API.STREAM.PURGE.{LEDGER}", f"$JS.API.STREAM.MSG.DELETE.{LEDGER}", f"$JS.API.CONSUMER.CREATE.{LEDGER}.mine",
        f"$JS.API.CONSUMER.MSG.NEXT.{LEDGER}.intake", f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.u01",
        *TIMERS_OF_OTHERS,
    ]  # fmt: skip
    reading = [f"office.API.{verb}.{LEDGER}" for verb in ("DIRECT.GET", "STREAM.MSG.GET", "STREAM.INFO")]
    denied += [each.replace("office.API", "$JS.API") for each in reading]
    async with attacker(one, person) as someone:
        assert [subject for subject in own if not await someone.publishes(subject)] == []
        assert [subject for subject in denied if await someone.publishes(subject)] == []
        assert [subject for subject in DENIED_TO_HEAR if await someone.subscribes(subject)] == []
        assert [await someone.publishes(subject) for subject in reading] == [person == "auditor"] * 3


@pytest.mark.parametrize(
    ("service", "foreign"),
    [
        (
            "intake",
            [
                "ledger.referral.u01.X", "ledger.notice.u01.X", "ledger.meeting.X", "ledger.resolution.u01.X", "ledger.cooperation.u01.X",
                "ledger.series.S", "ledger.briefing.X",
            ],
        ),
        (
            "referral",
            [
                "ledger.case.231000.X", "ledger.contact.city.X", "ledger.meeting.X", "ledger.resolution.u01.X", "ledger.cooperation.u01.X",
                "ledger.briefing.X", "ledger.bulletin.X",
            ],
        ),
        (
            "meeting",
            [
                "ledger.case.231000.X", "ledger.referral.u01.X", "ledger.notice.u01.X", "ledger.briefing.X", "ledger.bulletin.X",
            ],
        ),
        (
            "publication",
            [
                "ledger.case.231000.X", "ledger.referral.u01.X", "ledger.meeting.X", "ledger.resolution.u01.X", "ledger.cooperation.u01.X",
                "ledger.series.referral-2026", "ledger.series.briefing", "ledger.calendar.2027",
                "qry.projections.publication.case_board", "qry.projections.coordinator.figures",
                f"$JS.API.CONSUMER.MSG.NEXT.{LEDGER}.publication",
            ],
        ),
        (
            "projections",
            [
                "ledger.case.231000.X", "ledger.referral.u01.X", "ledger.meeting.X", "ledger.series.S", "ledger.bulletin.X",
            ],
        ),
    ],
)  # fmt: skip
async def test_a_service_writes_its_own_aggregates_alone(one: Bus, service: str, foreign: list[str]):
    others = {"intake", "referral", "meeting", "publication", "projections"} - {service}
    denied = [
        *foreign,
        *(f"$JS.API.CONSUMER.MSG.NEXT.{LEDGER}.{other}" for other in others),
        *(f"$JS.ACK.{LEDGER}.{other}.1.1.1.1.0" for other in others),
        *(f"$JS.API.STREAM.{verb}.{LEDGER}" for verb in ("CREATE", "UPDATE", "PURGE", "DELETE", "MSG.DELETE", "SNAPSHOT")),
        *(f"$JS.API.CONSUMER.{verb}.{LEDGER}.{service}" for verb in ("CREATE", "DELETE", "PAUSE", "RESET")),
        "cmd.intake.coordinator.CloseCase", "cmd.referral.u01.SignReferral", f"$JS.API.STREAM.DELETE.{PARTNERS}",
    ]  # fmt: skip
    denied += [each for each in TIMERS_OF_OTHERS if service != "referral" or each not in TO_KEEP_TIMERS]
    async with attacker(one, service) as held:
        assert [subject for subject in denied if await held.publishes(subject)] == []
        assert [subject for subject in (">", "ledger.>", "_INBOX.>", "cmd.>") if await held.subscribes(subject)] == []
        # Commands only as one of the group that shares them: a second, silent listener is not possible.
        assert [
            verb
            for verb in ("cmd.intake.*.*", "cmd.referral.*.*", "cmd.meeting.*.*", "cmd.publication.*.*")
            if await held.subscribes(verb)
        ] == []


async def test_each_service_may_write_and_read_what_it_owns(own: Bus):
    written = [
        ("intake", subjects.case("231000", "PERMITTED")),
        ("referral", subjects.notice("u01", "PERMITTED")),
        ("meeting", subjects.resolution("u01", "PERMITTED")),
        ("meeting", subjects.cooperation("u01", "PERMITTED")),
        ("publication", subjects.briefing("PERMITTED")),
        ("publication", subjects.bulletin("PERMITTED")),
        *(("publication", subjects.series(name)) for name in (*series_of("circular", 2099), "briefing-2026")),
    ]
    for service, subject in written:
        async with own.ledger(service) as ledger:
            before = await ledger.load(subject)
            await ledger.append(following(before, f"own-{before.n}"))
            assert (await ledger.load(subject)).n == before.n + 1


def test_the_credentials_are_for_the_operators_eyes_alone(one: Bus):
    folder: Path = one.data / "credentials"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert {(one.data / "broker" / name).stat().st_mode & 0o777 for name in ("nats.conf", "units.conf")} == {0o600}


def test_no_secret_reaches_the_configuration_or_a_log(one: Bus):
    seeds = [json.loads(path.read_text())["seed"] for path in (one.data / "credentials").iterdir()]
    texts = [path.read_text() for path in (one.data / "broker").iterdir() if path.is_file()]
    assert [seed for seed in seeds if any(seed in text for text in texts)] == []
    assert all(each.seed not in repr(each) for each in [load_credential(one.data, "u01")])


@pytest.mark.parametrize("person", ["auditor", "coordinator"])
async def test_a_person_cannot_aim_an_answer_at_the_ledger_or_at_anybody(own: Bus, person: str):
    await issue(own, "u02", "THEIRS")
    own_subjects = [
        *(f"office.API.{verb}.{LEDGER}" for verb in ("STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET")),
        f"cmd.intake.{person}.CloseCase",
        f"cmd.referral.{person}.VerifyReport",
        f"cmd.meeting.{person}.SignMinutes",
        f"qry.projections.{person}.case_board",
    ]
    async with own.connected("admin") as admin, attacker(own, person) as someone:
        heard: list[str] = []

        async def hear(message: object) -> None:
            heard.append(message.subject)  # type: ignore[attr-defined]

        async def answer(message: object) -> None:
            # A service that minds nothing: here the accounts alone have to hold.
            await message.respond(b"{}")  # type: ignore[attr-defined]

        await admin.subscribe("cmd.*.*.*", cb=answer)
        await admin.subscribe("qry.>", cb=answer)
        await admin.subscribe("ledger.>", cb=hear)
        await admin.subscribe("partner.>", cb=hear)
        await admin.flush()
        before = await Ledger(admin).head()
        for subject in own_subjects:
            for reply in HOSTILE_REPLIES:
                await someone.publishes(subject, b'{"seq":1}', reply=reply)
        # A whole round through the broker after the last attack: what it had to set off, it has set off.
        await someone.connection.request(own_subjects[-1], b"{}", timeout=5)
        assert await Ledger(admin).head() == before
        assert heard == []
