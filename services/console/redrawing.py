"""A paper drawn again from the ledger at the position that it names, and compared with what somebody holds."""

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from services.bus.client import Client
from services.console.briefings import NoSuchBriefing, figures_at
from services.console.documents import write_discharge, write_transfer
from services.console.explaining import from_file
from services.console.meeting_papers import write_list, write_papers, write_slip
from services.console.office import Office, Unwritable
from services.console.papers import write_notices

FIGURES = ("briefing", "circular", "situation_report")
OF_A_MEETING = ("meeting_notice", "meeting_agenda", "meeting_sign_in", "minutes")
# As papers.verified_by writes it.
COMMAND = re.compile(r"lianxi audit document ([0-9A-Za-z][0-9A-Za-z_-]{0,80})\.json")
BESIDE = (".docx", ".html")


class NotAPaper(Exception):
    """The file is no .json of a document of ours."""


class HoldsPersonalData(Exception):
    """A registration form: only a view that is recorded could draw it again."""


class Comparison(Struct, frozen=True, kw_only=True):
    """What came of it. `differs`: the parts of the .json that differ; `faces`: the files beside it, and whether each is equal.

    `other_code`: another version of the program drew it, so that only what it says was compared. `figures_alone`: its numbers
    were computed again and compared; an issue that was corrected since says more than it did.
    """

    kind: str
    position: int
    differs: tuple[str, ...] = ()
    faces: dict[str, bool] = {}
    other_code: bool = False
    figures_alone: bool = False

    @property
    def holds(self) -> bool:
        return not self.differs and all(self.faces.values())


async def compare(client: Client, path: Path, held: dict[str, Any], simulated: bool) -> Comparison:
    """`held`: what `read` made of the file. Raises NotAPaper, QueryRefused, OSError."""
    kind, seq = str(held["kind"]), int(held["provenance"]["position"])
    if kind in FIGURES:
        try:
            edition = from_file(path)
        except NoSuchBriefing as error:
            raise NotAPaper from error
        figures, position = await figures_at(client, edition.period, seq)
        differs = () if edition.holds(figures, position) else ("figures",)
        return Comparison(kind=kind, position=seq, differs=differs, figures_alone=True)
    stem = COMMAND.fullmatch(str(held["provenance"].get("command")))
    if stem is None:
        raise NotAPaper
    with tempfile.TemporaryDirectory(prefix="lianxi-paper-") as folder:
        office = Office(client=client, folder=Path(folder), lang=str(held["lang"]), simulated=simulated, as_of=seq)
        await _draw(office, held, stem[1])
        again = Path(folder) / f"{stem[1]}.json"
        if not again.exists():
            return Comparison(kind=kind, position=seq, differs=("kind",))
        return _compared(held, path, again, seq)


def read(path: Path) -> dict[str, Any]:
    """A document's .json. Raises NotAPaper, HoldsPersonalData."""
    try:
        held: dict[str, Any] = json.loads(path.read_bytes())
        whole = isinstance(held["model"], dict) and type(held["provenance"]["position"]) is int
        if not whole or not isinstance(held["kind"], str) or held["lang"] not in ("zh", "en"):
            raise NotAPaper
        if held["kind"] == "registration":
            raise HoldsPersonalData
        return held
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotAPaper from error


async def _draw(office: Office, held: Mapping[str, Any], stem: str) -> None:
    """Into the office's folder; nothing, when the ledger has no such paper at the position. Raises NotAPaper, QueryRefused."""
    model, kind = held["model"], held["kind"]
    try:
        match kind:
            case "notice":
                await write_notices(
                    office.client,
                    date.min,
                    office.folder,
                    office.lang,
                    office.simulated,
                    as_of=office.as_of,
                    only=str(model["notice"]),
                )
            case "transfer_letter":
                await write_transfer(office, str(model["referral"]))
            case "discharge_slip" if "notice" in model:
                await write_discharge(office, str(model["notice"]))
            case "discharge_slip":
                await write_slip(office, str(model["resolution"]), stem)
            case "resolution_list":
                rows, position = await office.rows("resolutions")
                write_list(office, rows, position, stem)
            case _ if kind in OF_A_MEETING:
                # Minutes hold the whole row of their meeting.
                meeting = str(model["meeting"]["meeting"] if kind == "minutes" else model["meeting"])
                await write_papers(office.client, meeting, office.folder, office.lang, office.simulated, office.as_of)
            case _:
                raise NotAPaper
    except (KeyError, TypeError) as error:
        raise NotAPaper from error
    except Unwritable:
        return


def _compared(held: dict[str, Any], path: Path, again: Path, seq: int) -> Comparison:
    drawn = json.loads(again.read_bytes())
    other_code = drawn["provenance"]["code"] != held["provenance"].get("code")
    if other_code:
        drawn["provenance"]["code"] = held["provenance"].get("code")
    faces = {
        ending: path.with_suffix(ending).read_bytes() == again.with_suffix(ending).read_bytes()
        for ending in BESIDE
        if not other_code and path.with_suffix(ending).exists()
    }
    differs = tuple(sorted(name for name in {*held, *drawn} if held.get(name) != drawn.get(name)))
    return Comparison(kind=str(held["kind"]), position=seq, differs=differs, faces=faces, other_code=other_code)
