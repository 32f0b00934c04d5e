"""A file on its way in: its parts lie in a folder until all of them are there and make the announced digest.

A part is at most PART_MAX bytes, so that it fits a command; parts may come twice and in any order.
"""

import hashlib
import os
import shutil
import time
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.codes import code_list
from events.subjects import BadToken, token

_NONCE = 12
PART_MAX = 64 * 1024
FILE_MAX = 10 * 1024 * 1024
PARTS_MAX = FILE_MAX // PART_MAX
# What one unit may have on its way at once; what never came whole is forgotten after a day.
WAITING_MAX = 3 * FILE_MAX
FORGOTTEN_AFTER_SECONDS = 86_400


class UploadRefused(Exception):
    """A part or a file is not taken. `code` is that of services/refusals.py."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code = code
        self.field = field


class Spool:
    """The folder of unfinished uploads; one subfolder a sender and digest.

    Parts lie there sealed under a key that lives as long as this process: what it left behind nobody can read, and an
    upload that a restart cut short is made once more.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seal = AESGCM(AESGCM.generate_key(bit_length=256))

    def take(self, owner: str, digest: str, part: int, parts: int, content: bytes) -> int:
        """Keep one part (from 0); returns how many of them are there. Raises UploadRefused."""
        if not 1 <= parts <= PARTS_MAX or not 0 <= part < parts:
            raise UploadRefused("attachment.bad_part", "part")
        if not content or len(content) > PART_MAX:
            raise UploadRefused("attachment.too_large", "data")
        self._forget()
        waiting = self._of(owner)
        if sum(each.stat().st_size for each in waiting.rglob("*") if each.is_file()) + len(content) > WAITING_MAX:
            raise UploadRefused("attachment.too_many_waiting", "data")
        folder = waiting / _safe(digest)
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{part}"
        nonce = os.urandom(_NONCE)
        unfinished.write_bytes(nonce + self._seal.encrypt(nonce, content, digest.encode()))
        os.replace(unfinished, folder / str(part))
        return len(_parts(folder))

    def whole(self, owner: str, digest: str) -> bytes:
        """The file, once all of its parts are there and make the digest. Raises UploadRefused."""
        folder = self._of(owner) / _safe(digest)
        parts = _parts(folder)
        try:
            content = b"".join(self._opened((folder / str(each)).read_bytes(), digest) for each in parts)
        except InvalidTag as error:
            raise UploadRefused("attachment.incomplete", "sha256") from error
        if parts != list(range(len(parts))) or hashlib.sha256(content).hexdigest() != digest:
            raise UploadRefused("attachment.incomplete", "sha256")
        return content

    def _opened(self, sealed: bytes, digest: str) -> bytes:
        return self._seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], digest.encode())

    def drop(self, owner: str, digest: str) -> None:
        """Forget an upload: it is kept elsewhere now."""
        shutil.rmtree(self._of(owner) / _safe(digest), ignore_errors=True)

    def _of(self, owner: str) -> Path:
        return self._folder / _safe(owner)

    def _forget(self) -> None:
        before = time.time() - FORGOTTEN_AFTER_SECONDS
        for folder in self._folder.glob("*/*"):
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)


def kind_of(content: bytes, claimed: str) -> str:
    """`claimed` when the file begins as such a file does. Raises UploadRefused: a name proves nothing."""
    entry = code_list("media_type").get(claimed)
    if entry is None:
        raise UploadRefused("attachment.kind_unknown", "media_type")
    if not content.startswith(bytes.fromhex(entry.extra["begins"])):
        raise UploadRefused("attachment.not_of_that_kind", "media_type")
    return entry.code


def _parts(folder: Path) -> list[int]:
    return sorted(int(each.name) for each in folder.glob("*") if each.name.isdecimal()) if folder.exists() else []


def _safe(name: str) -> str:
    try:
        return token(name)
    except BadToken as error:
        raise UploadRefused("command.unsafe_id", "sha256") from error
