"""How the ledger is written into a file: a line a commit, its bytes unchanged."""

import msgspec
from msgspec import Struct

from services.ledger import Stored


class Line(Struct, frozen=True):
    """A line of an export, or of `listen`, which notes no hash."""

    seq: int
    subject: str
    commit: msgspec.Raw
    hash: str | None = None


def export_line(stored: Stored) -> bytes:
    """One line of an export; the commit's bytes stand in it unchanged."""
    head = f'{{"seq":{stored.seq},"subject":"{stored.subject}","hash":"{stored.hash}","commit":'
    return head.encode() + stored.raw + b"}\n"
