"""Attached files on a real broker: sealed, whole or not at all, and nobody's but the referral service's."""

import hashlib
from pathlib import Path

import pytest

from events.subjects import ATTACHMENTS
from services.attachments import AttachmentLost, Attachments, Spool, UploadRefused
from services.attachments.spool import FILE_MAX, PART_MAX, PARTS_MAX, kind_of
from tests.support.brokers import Bus, attacker

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 2000
REFERRAL, FILE = "0" * 25 + "R", "0" * 25 + "F"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "incoming")


def sent(spool: Spool, content: bytes, owner: str = "u07") -> str:
    digest = hashlib.sha256(content).hexdigest()
    parts = [content[at : at + PART_MAX] for at in range(0, len(content), PART_MAX)]
    for place, part in enumerate(parts):
        spool.take(owner, digest, place, len(parts), part)
    return digest


async def test_what_was_kept_is_read_back_and_lies_sealed_on_the_disk(own: Bus, tmp_path: Path):
    canary = b"CANARY-IN-A-FILE"
    async with own.connected("referral") as connection:
        attachments = Attachments(connection, tmp_path / "attachment-keys.db")
        for _ in range(2):
            await attachments.keep(REFERRAL, FILE, PDF + canary)
        assert await attachments.read(REFERRAL, FILE) == PDF + canary
        attachments.close()
    own.broker.stop()
    stored = [path for path in (own.data / "broker").rglob("*") if path.is_file()]
    assert any(f"OBJ_{ATTACHMENTS}" in str(path) for path in stored)
    assert [path for path in stored if canary in path.read_bytes()] == []


async def test_a_file_of_another_referral_or_without_its_key_does_not_open(own: Bus, tmp_path: Path):
    async with own.connected("referral") as connection:
        attachments = Attachments(connection, tmp_path / "keys.db")
        await attachments.keep(REFERRAL, FILE, PDF)
        await attachments.keep("0" * 25 + "S", "0" * 25 + "G", PDF)
        for referral, attachment in (("0" * 25 + "S", FILE), ("0" * 25 + "T", FILE), (REFERRAL, "0" * 25 + "H")):
            with pytest.raises(AttachmentLost):
                await attachments.read(referral, attachment)
        attachments.close()


@pytest.mark.parametrize("principal", ["intake", "projections", "coordinator", "auditor", "u01"])
async def test_nobody_else_reads_or_writes_the_object_store(one: Bus, principal: str):
    async with attacker(one, principal) as someone:
        for subject in (
            f"$O.{ATTACHMENTS}.C.x",
            f"$O.{ATTACHMENTS}.M.x",
            f"$JS.API.STREAM.INFO.OBJ_{ATTACHMENTS}",
            f"$JS.API.DIRECT.GET.OBJ_{ATTACHMENTS}.x",
            f"$JS.API.CONSUMER.CREATE.OBJ_{ATTACHMENTS}.x",
            f"$JS.API.STREAM.PURGE.OBJ_{ATTACHMENTS}",
        ):
            assert not await someone.publishes(subject), subject
        assert not await someone.subscribes(f"$O.{ATTACHMENTS}.>")


async def test_the_referral_service_purges_nothing_else(one: Bus):
    async with attacker(one, "referral") as held:
        for stream in ("LEDGER", "PARTNERS"):
            assert not await held.publishes(f"$JS.API.STREAM.PURGE.{stream}")
            assert not await held.publishes(f"$JS.API.CONSUMER.CREATE.{stream}.x")


def test_parts_may_come_twice_and_in_any_order(spool: Spool):
    digest = hashlib.sha256(PDF).hexdigest()
    parts = [PDF[at : at + PART_MAX] for at in range(0, len(PDF), PART_MAX)]
    for place in [*reversed(range(len(parts))), 0, 1]:
        spool.take("u07", digest, place, len(parts), parts[place])
    assert spool.whole("u07", digest) == PDF


def test_a_missing_or_changed_part_makes_no_file(spool: Spool):
    digest = hashlib.sha256(PDF).hexdigest()
    spool.take("u07", digest, 0, 8, PDF[:PART_MAX])
    with pytest.raises(UploadRefused, match=r"attachment\.incomplete"):
        spool.whole("u07", digest)


def test_parts_lie_sealed_and_another_process_cannot_read_them(spool: Spool, tmp_path: Path):
    digest = sent(spool, PDF)
    parts = [path for path in (tmp_path / "incoming").rglob("*") if path.is_file()]
    assert parts and not [path for path in parts if PDF[100:140] in path.read_bytes()]
    with pytest.raises(UploadRefused, match=r"attachment\.incomplete"):
        Spool(tmp_path / "incoming").whole("u07", digest)


def test_a_unit_finds_no_other_units_parts(spool: Spool):
    digest = sent(spool, PDF, "u07")
    with pytest.raises(UploadRefused):
        spool.whole("u08", digest)


@pytest.mark.parametrize(
    ("owner", "digest", "part", "parts", "content", "code"),
    [
        ("u07", "../x", 0, 1, b"x", "command.unsafe_id"),
        ("..", "0" * 64, 0, 1, b"x", "command.unsafe_id"),
        ("u07", "0" * 64, 1, 1, b"x", "attachment.bad_part"),
        ("u07", "0" * 64, -1, 1, b"x", "attachment.bad_part"),
        ("u07", "0" * 64, 0, PARTS_MAX + 1, b"x", "attachment.bad_part"),
        ("u07", "0" * 64, 0, 1, b"", "attachment.too_large"),
        ("u07", "0" * 64, 0, 1, b"x" * (PART_MAX + 1), "attachment.too_large"),
    ],
)
def test_a_part_that_cannot_be_one_is_refused(
    spool: Spool, owner: str, digest: str, part: int, parts: int, content: bytes, code: str
):
    with pytest.raises(UploadRefused) as refused:
        spool.take(owner, digest, part, parts, content)
    assert refused.value.code == code


def test_a_unit_cannot_fill_the_disk_with_files_that_never_come_whole(spool: Spool):
    def fill() -> None:
        for place in range(4 * PARTS_MAX):
            spool.take("u07", f"{place // PARTS_MAX:064x}", place % PARTS_MAX, PARTS_MAX, b"x" * PART_MAX)

    with pytest.raises(UploadRefused) as refused:
        fill()
    assert refused.value.code == "attachment.too_many_waiting"
    assert FILE_MAX == PARTS_MAX * PART_MAX


@pytest.mark.parametrize(
    ("content", "claimed", "code"),
    [
        (b"MZ\x90\x00", "pdf", "attachment.not_of_that_kind"),
        (PDF, "png", "attachment.not_of_that_kind"),
        (PDF, "exe", "attachment.kind_unknown"),
        (b"", "pdf", "attachment.not_of_that_kind"),
    ],
)
def test_a_file_is_what_it_begins_as(content: bytes, claimed: str, code: str):
    with pytest.raises(UploadRefused) as refused:
        kind_of(content, claimed)
    assert refused.value.code == code
    assert kind_of(PDF, "pdf") == "pdf"
