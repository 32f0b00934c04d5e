"""With `--lang en` nothing of the program's own is Chinese: every kind of document, every command that reads."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.projections.documents import Document
from services.projections.queries import queries
from tests.journeys.conftest import ELSEWHERE, WITHIN_SECONDS, Town
from tests.support.papers import CHINESE, texts
from tests.support.running import PROGRAM, Running, environment, running

pytestmark = pytest.mark.timeout(2 * WITHIN_SECONDS)

# What stays Chinese, and nothing else: numbers of documents, which are names, and what people of the demo entered.
NUMBER = re.compile(r"青[转催督通纪议]〔\d{4}〕\d+号")
PLACE = "联席会议办公室二楼会议室"
RESOLVED = re.compile(r"限期办结青转〔\d{4}〕\d+号并书面说明逾期原因")
# The boxes of the registration form that somebody filled in by words, as the Chinese form calls them.
FILLED_IN = ("值班员", "来电人姓名", "当事青少年", "通话内容", "处理意见", "领导批示", "协调情况", "处理结果")
REMARKS = "备注："
KINDS = {
    "registration", "transfer_letter", "notice", "briefing", "circular", "situation_report", "meeting_notice",
    "meeting_agenda", "meeting_sign_in", "minutes", "resolution_list", "discharge_slip",
}  # fmt: skip
HALF_YEAR = "2026-01-12..2026-06-30"
AFTER = "2026-07-31T09:00+08:00"


def left(text: str, *entered: str) -> set[str]:
    """The runs of Chinese that have no business in an English text. `entered`: texts of its own that it may quote."""
    for each in (*entered, PLACE):
        text = text.replace(each, "")
    return set(CHINESE.findall(NUMBER.sub("", RESOLVED.sub("", text))))


class English:
    """Answers of the archive, asked from a folder of its own."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.folder = folder
        self._archive = town.out / "ledger.ndjson"

    def says(self, *words: str, status: int = 0) -> str:
        done = subprocess.run(
            [*PROGRAM, "--archive", str(self._archive), "--lang", "en", *words],
            capture_output=True,
            timeout=WITHIN_SECONDS,
            check=False,
            cwd=self.folder,
            env=environment() | ELSEWHERE,
        )
        told = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == status, (words, told[-2000:])
        return told

    def rows(self, query: str, **params: str) -> list[dict[str, Any]]:
        given = [word for name, value in params.items() for word in ("-p", f"{name}={value}")]
        answer = json.loads(self.says("--json", "query", query, *given))
        return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


@pytest.fixture(scope="module")
def town(towns: dict[str, Town]) -> Town:
    return towns["first"]


@pytest.fixture(scope="module")
def english(town: Town, tmp_path_factory: pytest.TempPathFactory) -> English:
    return English(town, tmp_path_factory.mktemp("english"))


@pytest.fixture(scope="module")
def stack(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The town's own services, started again on a copy of its data."""
    copy = tmp_path_factory.mktemp("again") / "data"
    shutil.copytree(town.out / "data", copy, ignore=shutil.ignore_patterns("lock", "*.sock"))
    with running(copy) as stack:
        yield stack


@pytest.fixture(scope="module")
def drawn(english: English, stack: Running, town: Town) -> dict[str, Path]:
    """The `.json` of every document in English, by its name; the others lie beside it."""
    out = ("--out", "documents")
    english.says("briefing", "2026-1", *out)
    for kind in ("circular", "report"):
        english.says("papers", kind, "--period", HALF_YEAR, *out)
    english.says("notices", "--as-of", "2026-06-30", *out)
    english.says("papers", "transfer", english.rows("referral_ledger")[0]["referral_no"], *out)
    closed = [row for row in english.rows("supervision_ledger") if row["discharged"] and row["level"]]
    english.says("papers", "discharge", closed[0]["notice"], *out)
    english.says("meeting", "papers", english.rows("meeting")[0]["meeting"], *out)
    case = next(row["case_id"] for row in english.rows("case_board") if row["case_id"].startswith(_registered(town)))
    stack.lianxi("--time", AFTER, "--lang", "en", "register", case, "--out", english.folder / "documents")
    return {path.stem: path for path in (english.folder / "documents").glob("*.json")}


def _chinese_form(town: Town) -> Path:
    (found,) = (town.out / "documents").glob("register-*.json")
    return found


def _registered(town: Town) -> str:
    return _chinese_form(town).stem.partition("-")[2]


def filled_in(town: Town) -> list[str]:
    """What somebody wrote into the registration form, read from the Chinese one."""
    document = msgspec.json.decode(_chinese_form(town).read_bytes(), type=Document)
    boxes = [pair for block in document.blocks for line in getattr(block, "lines", ()) for pair in line]
    written = [line.partition("\u3000")[0] for title, text in boxes if title in FILLED_IN for line in text.split("\n")]
    remarks = [text.removeprefix(REMARKS) for text in texts(document) if text.startswith(REMARKS)]
    return sorted(filter(None, (*written, *remarks)), key=len, reverse=True)


def faces(path: Path) -> Iterator[tuple[str, str]]:
    """What a reader sees of a document, face by face."""
    yield "json", "\n".join(texts(msgspec.json.decode(path.read_bytes(), type=Document)))
    yield "html", re.sub(r"<style.*?</style>", "", path.with_suffix(".html").read_text("utf-8"), flags=re.DOTALL)
    with zipfile.ZipFile(path.with_suffix(".docx")) as parts:
        for name in parts.namelist():
            if re.search(r"document|header|footer|core|app", name) and name.endswith(".xml"):
                xml = parts.read(name).decode()
                # Texts, and what is read aloud of a picture; the names of fonts are no text.
                said = re.findall(r">([^<]+)<", xml) + re.findall(r"(?:descr|title)=\"([^\"]*)\"", xml)
                yield name, "\n".join(said)


def test_no_document_of_any_kind_holds_chinese_of_the_program_s_own(town: Town, drawn: dict[str, Path]) -> None:
    kinds = {json.loads(path.read_bytes())["kind"] for path in drawn.values()}
    assert kinds == KINDS
    entered = filled_in(town)
    assert len(entered) > 5
    for name, path in drawn.items():
        quoted = entered if name.startswith("register-") else []
        for face, text in faces(path):
            assert not left(text, *quoted), (name, face)


def test_the_same_document_is_drawn_in_english_in_the_same_bytes(english: English, drawn: dict[str, Path]) -> None:
    english.says("notices", "--as-of", "2026-06-30", "--out", "again")
    again = sorted((english.folder / "again").iterdir())
    assert again
    assert all(path.read_bytes() == (english.folder / "documents" / path.name).read_bytes() for path in again)


def test_no_query_answers_in_chinese(stack: Running, english: English) -> None:
    places = {
        "now": "2026-06-30T18:00:00+08:00", "from": "2026-01-12", "to": "2026-02-28", "role": "coordinator",
        "figure": "contacts", "since": "300", "meeting": english.rows("meeting")[0]["meeting"],
        "case": english.rows("case_board")[0]["case_id"], "referral": english.rows("referral_ledger")[0]["referral"],
        "notice": english.rows("supervision_ledger")[0]["notice"], "briefing": "2026-1",
    }  # fmt: skip
    for described in queries():
        needed = [
            each["name"] for each in described["parameters"] if each["required"] or each["name"] in ("from", "to")
        ]
        given = [word for name in needed for word in ("-p", f"{name}={places[name]}")]
        said = stack.lianxi("--lang", "en", "query", described["name"], *given, "--wide")
        assert said.out.strip() and not left(said.out + said.err), described["name"]


def test_no_reading_command_answers_in_chinese(stack: Running, english: English, town: Town) -> None:
    meeting, resolution = english.rows("meeting")[0]["meeting"], english.rows("resolutions")[0]["resolution"]
    referral, notice = english.rows("referral_ledger")[0], english.rows("supervision_ledger")[0]["notice"]
    cases = list(dict.fromkeys(row["case_id"] for row in english.rows("referral_ledger")))
    commands = (
        *(["todo", "--role", role] for role in ("coordinator", "supervisor", "duty_officer", "unit")),
        ["unit", "todo", "--as", "u08"],
        *([kind, "list"] for kind in ("referral", "notice", "meeting", "resolution", "bulletin")),
        ["referral", "list", "--wide"],
        ["referral", "show", referral["referral_no"]],
        ["notice", "show", notice],
        ["meeting", "show", meeting],
        ["meeting", "items", meeting],
        ["resolution", "show", resolution],
        ["bulletin", "show", "2026-1"],
        ["case", "show", referral["case_id"]],
        ["case", "history", referral["case_id"]],
        ["explain", "2026-1"],
        ["explain", "2026-1", "contacts"],
        ["explain", "2026-1", "referrals.in_time"],
        ["diff", "200", "300", "--period", HALF_YEAR],
        ["diff", "300", "300"],
        ["queries"],
        ["codes"],
        ["codes", "measure"],
        ["rebuild"],
        ["audit", "verify"],
        *(["audit", "replay", case] for case in cases[:4]),
        ["audit", "verify", "--file", str(town.out / "ledger.ndjson")],
    )
    for words in commands:
        said = stack.lianxi("--lang", "en", *words)
        assert said.out.strip() and not left(said.out + said.err), words


def test_a_workbook_is_english_in_both_sheets(english: English) -> None:
    for query in ("referral_ledger", "supervision_ledger", "resolutions", "unit_scorecard"):
        english.says("query", query, "--xlsx", f"{query}.xlsx")
        with zipfile.ZipFile(english.folder / f"{query}.xlsx") as parts:
            read = [name for name in parts.namelist() if re.search(r"sheet\d|workbook\.xml$", name)]
            assert len(read) == 1 + 2
            assert not left("\n".join(parts.read(name).decode() for name in read)), query
