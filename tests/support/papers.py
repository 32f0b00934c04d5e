"""What holds for every document, whatever it says: nothing left open, Chinese written as Chinese."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from services.projections.documents import Document, Provenance
from services.projections.model import models

ORIGIN = Provenance(
    position=9,
    head_hash="0" * 64,
    as_of="2026-07-01T09:00:00+08:00",
    code="test",
    figures_digest="0" * 64,
    command="lianxi audit verify",
)
# What somebody might type where a name or a number belongs.
HOSTILE = ("=cmd()", "{{7*7}}", "<w:p>", "</td><script>", "\x00\x07", "𠀀" * 3, "x" * 10_000, "名" * 50)
_OPEN = re.compile(r"\bNone\b|[{}]|\bnan\b|\bTrue\b|\bFalse\b")
_HALF = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A run of Chinese: its letters and its punctuation, with the digits between them; a blank of full width is only a blank.
CHINESE = re.compile(r"[\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\uff00-\uffef]+")


def texts(document: Document) -> list[str]:
    """Every text that a reader sees, but for where the document comes from."""
    hidden = ("kind", "lang", "layout", "model", "provenance")
    return list(_texts({name: value for name, value in msgspec.to_builtins(document).items() if name not in hidden}))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name != "type":
                yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def words(document: Document) -> str:
    return "\n".join(texts(document))


def assert_finished(document: Document) -> None:
    """Nothing stands there that a program forgot, and Chinese text has Chinese punctuation."""
    for text in texts(document):
        assert not _OPEN.search(text), text
        if document.lang == "zh":
            assert not _HALF.search(text), text


def chinese(document: Document, *without: str) -> str:
    """The Chinese letters of a document, those of some own texts left out."""
    text = words(document)
    for own in without:
        text = text.replace(own, "")
    return "".join(_CHINESE.findall(text))


def empty_row(model: str) -> dict[str, Any]:
    """A row of a read model in which nothing is known yet."""
    return dict.fromkeys(column.name for column in models()[model].columns)
