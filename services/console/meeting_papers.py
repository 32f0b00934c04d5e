"""The papers of one meeting, from what the read models say at one position."""

from pathlib import Path
from typing import Any

from services.bus.client import Client
from services.console.office import Office
from services.console.papers import all_rows, provenance, verified_by
from services.directory import directory
from services.projections.documents import (
    Document,
    Provenance,
    agenda_sheet,
    meeting_notice,
    minutes,
    resolution_list,
    resolution_slip,
    sign_in_sheet,
    write,
)
from services.projections.documents.figures import digest
from services.projections.documents.meeting_wording import Names

HELD = ("held", "minutes_drafted", "minutes_signed", "in_follow_up", "closed")


def names() -> Names:
    """Every unit by its code."""
    return {unit.code: (unit.zh, unit.en) for unit in directory().units}


async def write_papers(
    client: Client, named: str, folder: Path, lang: str, simulated: bool, as_of: int | None, pdf: bool = False
) -> list[Path] | None:
    """Write what a meeting has papers for by then; None when there is no such meeting. Raises QueryRefused."""
    found, position = await all_rows(client, "meeting", as_of, meeting=named)
    if not found:
        return None
    row, at = found[0], int(position["seq"])
    key = str(row["meeting"])
    items = [each for each in (await all_rows(client, "meeting_items", at, meeting=key))[0] if not each["withdrawn"]]
    # A position has its time only where it is asked for.
    every, position = await all_rows(client, "resolutions", at)
    own = [each for each in every if each["meeting"] == key]
    content = digest({"meeting": row, "items": items, "resolutions": own})
    known = names()

    def origin(name: str) -> Provenance:
        return provenance(position, content, simulated, verified_by(_stem(key, name)))

    documents: dict[str, Document] = {
        f"notice-{unit}": meeting_notice(row, items, unit, known, origin(f"notice-{unit}"), lang)
        for unit in row["units"] or ()
    }
    documents["agenda"] = agenda_sheet(row, items, known, origin("agenda"), lang)
    documents["sign-in"] = sign_in_sheet(row, known, origin("sign-in"), lang)
    if row["status"] in HELD:
        documents["minutes"] = minutes(row, items, own, known, origin("minutes"), lang)
    paths = [path for name, each in documents.items() for path in write(each, folder, _stem(key, name), pdf)]
    office = Office(client=client, folder=folder, lang=lang, simulated=simulated, as_of=at, pdf=pdf)
    paths += write_list(office, every, position, _stem(key, "resolutions"))
    for each in own:
        if each["status"] == "discharged":
            paths += _slip(office, each, position, _stem(key, f"slip-{each['resolution'][:10]}"))
    return paths


def _stem(meeting: str, name: str) -> str:
    return f"meeting-{meeting[:10]}-{name}"


def write_list(office: Office, rows: list[dict[str, Any]], position: dict[str, Any], stem: str) -> list[Path]:
    """Every resolution, as it stands at a position."""
    document = resolution_list(rows, names(), office.origin(position, rows, stem), office.lang)
    return write(document, office.folder, stem, office.pdf)


async def write_slip(office: Office, named: str, stem: str | None = None) -> list[Path] | None:
    """The discharge slip of a resolution, by its number or id; None when there is none. Raises QueryRefused."""
    found, position = await office.rows("resolutions", resolution=named)
    return _slip(office, found[0], position, stem or f"slip-{found[0]['resolution'][:10]}") if found else None


def _slip(office: Office, row: dict[str, Any], position: dict[str, Any], stem: str) -> list[Path]:
    document = resolution_slip(row, names(), office.origin(position, row, stem), office.lang)
    return write(document, office.folder, stem, office.pdf)
