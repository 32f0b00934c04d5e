"""What every paper is written with: where it goes, how it reads, and the position that it is read at."""

from pathlib import Path
from typing import Any

from msgspec import Struct

from services.bus.client import Client
from services.console.papers import all_rows, provenance, verified_by
from services.directory import directory
from services.projections.documents import Provenance
from services.projections.documents.figures import digest


class Unwritable(Exception):
    """There is nothing to write a document from: a stable code, a Chinese and an English sentence."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.zh, self.en = code, zh, en


class Office(Struct, frozen=True, kw_only=True):
    """Where a document goes and how it reads: one of these for all of a run."""

    client: Client
    folder: Path
    lang: str
    simulated: bool
    as_of: int | None = None
    pdf: bool = False

    async def rows(self, name: str, **params: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Every row of a query at the position. Raises QueryRefused."""
        return await all_rows(self.client, name, self.as_of, **params)

    def origin(self, position: dict[str, Any], content: Any, stem: str) -> Provenance:
        """The provenance of the document of this name, with the digest of what it was made of."""
        return provenance(position, digest(content), self.simulated, verified_by(stem))

    def at(self, position: dict[str, Any]) -> "Office":
        """The same, reading on at one position."""
        return Office(
            client=self.client,
            folder=self.folder,
            lang=self.lang,
            simulated=self.simulated,
            as_of=int(position["seq"]),
            pdf=self.pdf,
        )


def names(lang: str) -> dict[str, str]:
    """The units of the directory by code."""
    return {unit.code: unit.en if lang == "en" else unit.zh for unit in directory().units}
