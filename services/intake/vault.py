"""Keys and personal fields: a key per case, AES-256-GCM, and a keyed index that finds a repeat caller.

For now the keys lie in one SQLite file in the data folder (the issue says so); only intake opens it.
"""

import base64
import hashlib
import hmac
import sqlite3
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.commit import Sealed, id_from
from services.intake.shared_sync import SharedSync

SUITE = "A1"
_NONCE = 12


class VaultUnavailable(Exception):
    """The key store cannot be opened or written. Nothing was recorded; the command can be sent again."""


class Unreadable(Exception):
    """A sealed field does not open: its key is gone or its bytes were changed."""


class Vault:
    """The key store. `seed` makes keys from a number instead of chance: for a simulated ledger only."""

    def __init__(self, path: Path, seed: int | None = None) -> None:
        self._seed = seed
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=full")
            self._db.execute("pragma secure_delete=on")
            self._db.execute("create table if not exists key(id text primary key, bytes blob not null)")
            self._db.execute("create table if not exists caller(phone text primary key, contact text not null)")
            self._db.execute("create table if not exists referral(id text primary key, case_id text not null)")
            path.chmod(0o600)
            self._shared = SharedSync(path)
        except (sqlite3.Error, OSError) as error:
            raise VaultUnavailable(str(error)) from error
        self._cache: dict[str, bytes] = {}

    def key(self, key_id: str) -> bytes:
        """The 32-byte key of one case, made on first use and durable before it is used."""
        if key_id not in self._cache:
            self._cache[key_id] = self._fetch(key_id)
        return self._cache[key_id]

    async def prepare(self, key_id: str) -> None:
        """Make a case's key, if there is none, before it is used: keys that are asked for at once share a disk sync."""
        if key_id in self._cache:
            return
        try:
            await self._shared.write("insert or ignore into key values (?, ?)", (key_id, self._new(key_id)))
        except sqlite3.Error as error:
            raise VaultUnavailable(str(error)) from error

    def _fetch(self, key_id: str) -> bytes:
        try:
            row = self._db.execute("select bytes from key where id = ?", (key_id,)).fetchone()
            if row is None:
                # Two workers may ask at once: the first insert wins, both read it back.
                self._db.execute("insert or ignore into key values (?, ?)", (key_id, self._new(key_id)))
                row = self._db.execute("select bytes from key where id = ?", (key_id,)).fetchone()
        except sqlite3.Error as error:
            raise VaultUnavailable(str(error)) from error
        return bytes(row[0])

    def _new(self, key_id: str) -> bytes:
        if self._seed is None:
            return AESGCM.generate_key(bit_length=256)
        return hashlib.sha256(f"simulated:{self._seed}:{key_id}".encode()).digest()

    def keyed_digest(self, key_id: str, text: str | bytes) -> str:
        """HMAC-SHA-256 under the case's key: equal texts, equal digests; useless to whoever lacks the key."""
        body = text.encode() if isinstance(text, str) else text
        return hmac.new(self.key(key_id), b"digest:" + body, hashlib.sha256).hexdigest()

    def new_id(self, key_id: str, purpose: str) -> str:
        """An id that follows from the case's key: repeatable for us, underivable for everyone else."""
        return id_from(hmac.new(self.key(key_id), b"id:" + purpose.encode(), hashlib.sha256).digest())

    def seal(self, key_id: str, commit_id: str, fields: dict[str, str]) -> Sealed | None:
        """Encrypt the personal fields of one commit.

        The nonce is an HMAC of commit, field and text: a command that is decided twice gives the same bytes,
        and no two different texts ever share a nonce (docs/decisions/0006).
        """
        if not fields:
            return None
        key = self.key(key_id)
        sealed = {}
        for name, text in fields.items():
            bound = f"{commit_id}|{name}".encode()
            nonce = hmac.new(key, b"nonce:" + bound + b"|" + text.encode(), hashlib.sha256).digest()[:_NONCE]
            sealed[name] = base64.b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), bound)).decode()
        return Sealed(suite=SUITE, key=key_id, fields=sealed)

    def unseal(self, commit_id: str, sealed: Sealed) -> dict[str, str]:
        """The plain fields of one commit. Raises Unreadable."""
        key = self.key(sealed.key)
        plain = {}
        for name, text in sealed.fields.items():
            raw = base64.b64decode(text)
            try:
                plain[name] = AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], f"{commit_id}|{name}".encode()).decode()
            except InvalidTag as error:
                raise Unreadable(name) from error
        return plain

    def earlier_contact(self, phone: str, contact: str) -> str | None:
        """The first contact on record of this phone number, if it is another one than `contact`."""
        index = self._caller(phone)
        if index is None:
            return None
        try:
            row = self._db.execute("select contact from caller where phone = ?", (index,)).fetchone()
        except sqlite3.Error as error:
            raise VaultUnavailable(str(error)) from error
        return None if row is None or str(row[0]) == contact else str(row[0])

    async def remember_caller(self, phone: str, contact: str) -> None:
        """Keep `contact` as the first of this number, unless there is one. Only for a contact that is on record."""
        index = self._caller(phone)
        if index is None:
            return
        try:
            if self._db.execute("select 1 from caller where phone = ?", (index,)).fetchone() is not None:
                return
            await self._shared.write("insert or ignore into caller values (?, ?)", (index, contact))
        except sqlite3.Error as error:
            raise VaultUnavailable(str(error)) from error

    def _caller(self, phone: str) -> str | None:
        """The keyed index of a number; None for what is too short to be one."""
        digits = "".join(character for character in phone if character.isascii() and character.isdigit())
        return self.keyed_digest("0" * 26, "caller:" + digits) if len(digits) >= 3 else None

    def link(self, referral: str, case: str) -> None:
        """Remember whose referral this is. Only here: no referral event says it (docs/decisions/0002)."""
        try:
            self._db.execute("insert or ignore into referral values (?, ?)", (referral, case))
        except sqlite3.Error as error:
            raise VaultUnavailable(str(error)) from error

    def linked(self, referral: str) -> str | None:
        row = self._db.execute("select case_id from referral where id = ?", (referral,)).fetchone()
        return str(row[0]) if row else None

    def close(self) -> None:
        self._shared.close()
        self._db.close()
