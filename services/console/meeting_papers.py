"""The papers of one meeting, from what the read models say at one position."""

from pathlib import Path

from services.bus.client import Client
from services.console.papers import all_rows, provenance
from services.directory import directory
from services.projections.documents import (
    Document,
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
    origin = provenance(position, digest({"meeting": row, "items": items, "resolutions": own}), simulated)
    known = names()
    documents: list[tuple[str, Document]] = [
        *((f"notice-{unit}", meeting_notice(row, items, unit, known, origin, lang)) for unit in row["units"] or ()),
        ("agenda", agenda_sheet(row, items, known, origin, lang)),
        ("sign-in", sign_in_sheet(row, known, origin, lang)),
    ]
    if row["status"] in HELD:
        documents.append(("minutes", minutes(row, items, own, known, origin, lang)))
    documents.append(("resolutions", resolution_list(every, known, origin, lang)))
    documents += [
        (f"slip-{each['resolution'][:10]}", resolution_slip(each, known, origin, lang))
        for each in own
        if each["status"] == "discharged"
    ]
    return [path for name, each in documents for path in write(each, folder, f"meeting-{key[:10]}-{name}", pdf)]


async def write_slip(client: Client, named: str, folder: Path, lang: str, simulated: bool) -> list[Path] | None:
    """The discharge slip of a resolution, by its number or id; None when there is none. Raises QueryRefused."""
    found, position = await all_rows(client, "resolutions", None, resolution=named)
    if not found:
        return None
    document = resolution_slip(found[0], names(), provenance(position, digest(found[0]), simulated), lang)
    return write(document, folder, f"slip-{found[0]['resolution'][:10]}")
