"""The example partner of docs/partner, in Node, against a real broker: with one unit's credential and nothing else."""

import asyncio
import hashlib
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from events import commit as commits
from events import subjects
from events.bulletin import BulletinIssued, PublishedFigure
from events.partner import decode
from services.broker import Broker, connect, load_credential, provision
from services.ledger import Append, Ledger
from tests.unit.test_partner_decoding import ISSUED, VERIFIED, commit

SOURCES = Path(__file__).parents[2] / "docs" / "partner"
WITHIN_SECONDS = 30
TOLD = BulletinIssued(
    kind="briefing",
    start=date(2026, 1, 1),
    end=date(2026, 3, 31),
    year=2026,
    issue_no=1,
    total_no=1,
    position=9,
    head_hash="0" * 64,
    figures_digest="0" * 64,
    figures=(PublishedFigure(figure="contacts", value=114), PublishedFigure(figure="notices", withheld="under_5")),
)

pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and shutil.which("npm")), reason="the example partner needs Node and npm"
)


@pytest.fixture(scope="session")
def program(request: pytest.FixtureRequest) -> Path:
    """listen.mjs beside its locked packages; installed once for each lock, in pytest's own cache."""
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(request.config.cache.mkdir(f"node-partner-{lock}"))
    for name in ("package.json", "package-lock.json", "listen.mjs"):
        shutil.copy(SOURCES / name, folder)
    if not (folder / "installed").exists():
        npm = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        installed = subprocess.run(npm, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
        assert installed.returncode == 0, installed.stderr
        (folder / "installed").touch()
    return folder / "listen.mjs"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    (tmp_path / "endpoint.json").write_text(
        json.dumps({"client": broker.client_url, "monitoring": broker.monitoring_url})
    )
    asyncio.run(provision(tmp_path))
    yield broker
    broker.stop()


def refer(data: Path, unit: str, name: str) -> list[bytes]:
    """Record a referral to `unit` and the verification of its report; returns the bytes of both commits."""
    return asyncio.run(_refer(data, unit, name))


async def _refer(data: Path, unit: str, name: str) -> list[bytes]:
    key = commits.derive_id(name)
    subject = subjects.referral(unit, key)
    connection = await connect(data, "referral")
    try:
        ledger = Ledger(connection)
        for fact in (msgspec.structs.replace(ISSUED, unit=unit), VERIFIED):
            history = await ledger.load(subject)
            n = history.n + 1
            made = msgspec.structs.replace(
                commit(fact), id=commits.derive_id(name, str(n)), key=key, n=n, prev=history.head_hash
            )
            await ledger.append(Append(history, made))
        return [stored.raw for stored in (await ledger.load(subject)).commits]
    finally:
        await connection.close()


def announce(data: Path, name: str) -> bytes:
    """Record a bulletin to every unit; returns its bytes."""
    return asyncio.run(_announce(data, subjects.bulletin(commits.derive_id(name)), name))


async def _announce(data: Path, subject: str, name: str) -> bytes:
    connection = await connect(data, "publication")
    try:
        ledger = Ledger(connection)
        history = await ledger.load(subject)
        kind, _, key = subjects.parse(subject)
        made = msgspec.structs.replace(
            commit(TOLD), id=commits.derive_id("publication", name), kind=kind, key=key, prev=history.head_hash
        )
        await ledger.append(Append(history, made))
        return (await ledger.load(subject)).commits[0].raw
    finally:
        await connection.close()


class Listener:
    """The example partner as a process, its lines in a queue so that every wait has a bound."""

    def __init__(self, program: Path, credential: Path, url: str, *options: str) -> None:
        self.process = subprocess.Popen(
            ["node", str(program), str(credential), url, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip(b"\n"))

    def lines(self, count: int) -> list[bytes]:
        return [self._lines.get(timeout=WITHIN_SECONDS) for _ in range(count)]

    def ended(self) -> int:
        return self.process.wait(WITHIN_SECONDS)


@pytest.fixture
def listen(program: Path, broker: Broker, tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    started: list[Listener] = []

    def start(unit: str, *options: str, credential: Path | None = None) -> Listener:
        file = credential or tmp_path / "credentials" / f"{unit}.json"
        started.append(Listener(program, file, broker.client_url, *options))
        return started[-1]

    yield start
    for listener in started:
        listener.process.kill()
        listener.process.wait()


def test_a_partner_reads_its_own_commits_as_they_were_committed(
    listen: Callable[..., Listener], tmp_path: Path
) -> None:
    own = refer(tmp_path, "u01", "first")
    refer(tmp_path, "u02", "of another unit")
    own += refer(tmp_path, "u01", "second")
    listener = listen("u01", "--count", "4")
    assert listener.lines(4) == own
    assert listener.ended() == 0
    # What it read proves itself: the chain of each referral, from its beginning.
    first, second = (decode(raw).commit for raw in own[:2])
    assert first.prev == commits.genesis(subjects.referral("u01", first.key))
    assert second.prev == commits.digest(own[0])


def test_every_partner_reads_what_goes_to_all_units_among_its_own(
    listen: Callable[..., Listener], tmp_path: Path
) -> None:
    own = refer(tmp_path, "u01", "first")
    bulletin = announce(tmp_path, "the first issue")
    refer(tmp_path, "u02", "of another unit")
    assert listen("u01", "--count", "3").lines(3) == [*own, bulletin]
    assert listen("u03", "--count", "1").lines(1) == [bulletin]
    (told,) = decode(bulletin).facts
    assert told == TOLD


def test_what_was_acknowledged_does_not_come_again(listen: Callable[..., Listener], tmp_path: Path) -> None:
    own = refer(tmp_path, "u01", "first")
    once = listen("u01", "--count", "2")
    assert once.lines(2) == own
    assert once.ended() == 0
    later = refer(tmp_path, "u01", "second")
    assert listen("u01", "--count", "2").lines(2) == later


def test_it_goes_on_by_itself_after_the_broker_was_killed(
    listen: Callable[..., Listener], broker: Broker, tmp_path: Path
) -> None:
    own = refer(tmp_path, "u01", "before")
    listener = listen("u01")
    assert listener.lines(2) == own
    broker.kill()
    broker.start()
    later = refer(tmp_path, "u01", "after")
    # A broker that is killed may forget the newest acknowledgements: what was printed before may come once more.
    received: list[bytes] = []
    while len([line for line in received if line not in own]) < len(later):
        received += listener.lines(1)
    assert [line for line in received if line not in own] == later
    assert listener.process.poll() is None
    listener.process.terminate()
    assert listener.ended() == 0


def test_a_credential_reads_no_other_units_feed(listen: Callable[..., Listener], tmp_path: Path) -> None:
    refer(tmp_path, "u01", "not for u02")
    own = load_credential(tmp_path, "u02")
    forged = tmp_path / "forged.json"
    forged.write_bytes(msgspec.json.encode(msgspec.structs.replace(own, unit="u01", principal="u01")))
    listener = listen("u01", "--count", "1", credential=forged)
    # The same key on its own feed still works, so the silence before is a refusal and not a fault.
    expected = refer(tmp_path, "u02", "for u02")
    assert listen("u02", "--count", "2").lines(2) == expected
    with pytest.raises(queue.Empty):
        listener._lines.get_nowait()


def test_the_example_is_as_short_as_it_claims() -> None:
    assert len((SOURCES / "listen.mjs").read_text("utf-8").splitlines()) <= 40


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text("utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
