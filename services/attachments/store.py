"""Kept files: ciphertext in the broker's object store, the key of each referral in a small file beside it.

Neither is any use without the other: a copy of the broker's disk shows sizes, and an erased key erases the files.
"""

import sqlite3
from pathlib import Path

import nats.errors
import nats.js.errors
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.aio.client import Client
from nats.js.object_store import ObjectStore

from events.subjects import ATTACHMENTS

_NONCE = 12
_TIMEOUT_SECONDS = 10.0


class AttachmentsUnavailable(Exception):
    """The object store or the key file does not answer. Nothing was recorded; the command can be sent again."""


class AttachmentLost(Exception):
    """A file does not open: it is gone, its key is gone, or its bytes were changed."""


class Attachments:
    """`keep` before the fact is recorded, `read` after the view is."""

    def __init__(self, connection: Client, keys: Path) -> None:
        self._stream = connection.jetstream(timeout=_TIMEOUT_SECONDS)
        try:
            self._db = sqlite3.connect(keys, isolation_level=None)
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=full")
            self._db.execute("pragma secure_delete=on")
            self._db.execute("create table if not exists key(referral text primary key, bytes blob not null)")
            keys.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            raise AttachmentsUnavailable("the key file cannot be opened") from error

    async def keep(self, referral: str, attachment: str, content: bytes) -> None:
        """Seal and store a file under its id; the same file again changes nothing. Raises AttachmentsUnavailable."""
        key = self._key(referral, make=True)
        assert key is not None  # just made
        # The id follows from the content: another file has another id, and so another nonce.
        nonce = attachment.encode()[:_NONCE]
        sealed = AESGCM(key).encrypt(nonce, content, f"{referral}|{attachment}".encode())
        try:
            await (await self._store()).put(attachment, sealed)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            raise AttachmentsUnavailable("the object store does not answer") from error

    async def read(self, referral: str, attachment: str) -> bytes:
        """The plain file. Raises AttachmentLost, AttachmentsUnavailable."""
        key = self._key(referral, make=False)
        if key is None:
            raise AttachmentLost(attachment)
        try:
            found = await (await self._store()).get(attachment)
        except (nats.js.errors.ObjectNotFoundError, nats.js.errors.DigestMismatchError) as error:
            raise AttachmentLost(attachment) from error
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            raise AttachmentsUnavailable("the object store does not answer") from error
        try:
            return AESGCM(key).decrypt(
                attachment.encode()[:_NONCE], found.data or b"", f"{referral}|{attachment}".encode()
            )
        except InvalidTag as error:
            raise AttachmentLost(attachment) from error

    async def _store(self) -> ObjectStore:
        return await self._stream.object_store(ATTACHMENTS)

    def _key(self, referral: str, make: bool) -> bytes | None:
        try:
            if make:
                made = AESGCM.generate_key(bit_length=256)
                # Two may ask at once: the first insert wins, both read it back.
                self._db.execute("insert or ignore into key values (?, ?)", (referral, made))
            row = self._db.execute("select bytes from key where referral = ?", (referral,)).fetchone()
        except sqlite3.Error as error:
            raise AttachmentsUnavailable("the key file cannot be read") from error
        return bytes(row[0]) if row else None

    def close(self) -> None:
        self._db.close()
