"""From an exported ledger alone: the same documents, every printed figure explained, and what changed since."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import ELSEWHERE, WITHIN_SECONDS, Town, digests
from tests.support.running import PROGRAM, environment

pytestmark = pytest.mark.timeout(2 * WITHIN_SECONDS)


@pytest.fixture
def town(towns: dict[str, Town]) -> Town:
    return towns["first"]


@pytest.fixture
def briefing(town: Town) -> Path:
    (found,) = (town.out / "documents").glob("briefing-*.json")
    return found


def asked(ledger: Path, *words: str, status: int = 0) -> Any:
    """What `lianxi --archive` says, as JSON. No data folder is near: the file is all there is."""
    done = subprocess.run(
        [*PROGRAM, "--archive", str(ledger), "--json", *words],
        capture_output=True,
        timeout=WITHIN_SECONDS,
        check=False,
        cwd=ledger.parent,
        env=environment() | ELSEWHERE,
    )
    assert done.returncode == status, (done.stdout.decode()[-500:], done.stderr.decode()[-2000:])
    assert b"Traceback" not in done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def ledger(town: Town, tmp_path: Path) -> Path:
    """The exported ledger, taken to a place where nothing else is."""
    copy = tmp_path / "elsewhere" / "ledger.ndjson"
    copy.parent.mkdir()
    copy.write_bytes((town.out / "ledger.ndjson").read_bytes())
    return copy


def test_a_briefing_is_drawn_again_from_the_archive_byte_for_byte(town: Town, ledger: Path) -> None:
    asked(ledger, "briefing", "2026-1", "--out", "again")
    again = digests(ledger.parent / "again")
    assert len(again) == 2 + 1
    assert again == {Path(name).name: digest for name, digest in town.documents.items() if "/briefing-" in name}


def test_other_papers_are_drawn_again_from_the_archive_too(town: Town, ledger: Path) -> None:
    seq = json.loads(next((town.out / "documents").glob("circular-*.json")).read_bytes())["provenance"]["position"]
    for kind in ("circular", "report"):
        asked(ledger, "papers", kind, "--period", "2026-01-12..2026-06-30", "--as-of-seq", str(seq), "--out", "again")
    again = digests(ledger.parent / "again")
    assert again == {
        Path(name).name: digest
        for name, digest in town.documents.items()
        if Path(name).name.startswith(("circular-", "report-"))
    }


def test_every_printed_figure_is_explained_down_to_events_that_add_up_to_it(ledger: Path, briefing: Path) -> None:
    listed = asked(ledger, "explain", str(briefing))
    assert listed["holds"] and len(listed["figures"]) > 60
    printed = json.loads(briefing.read_bytes())["model"]["figures"]
    assert listed["printed"] == printed
    for name in (
        *("contacts", "contacts.disposition.referred", "contacts.category.05", "referrals.in_time", "notices.open"),
        *("cases.monthly_yuan", "units.u08.judged"),
    ):
        told = asked(ledger, "explain", "2026-1", name)
        assert told["holds"] and sum(item["value"] for item in told["items"]) == told["value"] > 0
        assert printed[name] in (told["value"], "<5", "·")
        assert all(item["events"] and item["last_seq"] <= told["position"]["seq"] for item in told["items"])


@pytest.mark.parametrize(
    ("paper", "figure"), [("circular", "units.u08.judged"), ("report", "cases.outcome.one_off_aid")]
)
def test_the_circular_and_the_report_are_explained_by_the_command_that_they_print(
    town: Town, ledger: Path, tmp_path: Path, paper: str, figure: str
) -> None:
    (path,) = (town.out / "documents").glob(f"{paper}-*.json")
    document = json.loads(path.read_bytes())
    assert document["provenance"]["command"] == f"lianxi explain {path.name}"
    listed = asked(ledger, "explain", str(path))
    assert listed["holds"] and listed["printed"] == document["model"]["figures"] and figure in listed["figures"]
    told = asked(ledger, "explain", str(path), figure)
    assert told["holds"] and sum(item["value"] for item in told["items"]) == told["value"] > 0
    # Each number that stands in it is looked at, those on contacts too.
    for name in {"referrals.in_time", "contacts"} & document["model"]["figures"].keys():
        changed = document | {"model": document["model"] | {"figures": dict(document["model"]["figures"])}}
        changed["model"]["figures"][name] += 1
        touched = tmp_path / "touched.json"
        touched.write_text(json.dumps(changed))
        assert not asked(ledger, "explain", str(touched), status=3)["holds"], name


def test_every_other_paper_is_drawn_again_by_the_command_that_it_prints_and_is_the_same(
    town: Town, ledger: Path
) -> None:
    found: dict[tuple[str, str], Path] = {}
    for path in sorted((town.out / "documents").glob("*.json")):
        document = json.loads(path.read_bytes())
        if document["provenance"]["command"].startswith("lianxi audit document "):
            assert document["provenance"]["command"] == f"lianxi audit document {path.name}"
            # One of each kind, and of both kinds of discharge slip.
            found.setdefault((document["kind"], str("resolution" in document["model"])), path)
    assert {kind for kind, _ in found} == {
        *("notice", "transfer_letter", "discharge_slip", "resolution_list"),
        *("meeting_notice", "meeting_agenda", "meeting_sign_in", "minutes"),
    }
    assert len([kind for kind, _ in found if kind == "discharge_slip"]) == 2
    for path in found.values():
        told = asked(ledger, "audit", "document", str(path))
        assert told["holds"] and told["faces"] == {".docx": True, ".html": True}, path.name


@pytest.mark.parametrize("touch", ["words", "number", "position", "head", "docx"])
def test_a_paper_that_was_touched_up_is_told_from_the_true_one(
    town: Town, ledger: Path, tmp_path: Path, touch: str
) -> None:
    path = next((town.out / "documents").glob("notice-L2-*.json"))
    copy = tmp_path / path.name
    document = json.loads(path.read_bytes())
    match touch:
        case "words":
            document["blocks"][0]["text"] += "另行通知。"
        case "number":
            document["model"]["working_days_over"] = 1
        case "position":
            # There was no such notice yet.
            document["provenance"]["position"] = 3
        case "head":
            document["provenance"]["head_hash"] = "0" * 64
    copy.write_text(json.dumps(document))
    whole = path.with_suffix(".docx").read_bytes()
    copy.with_suffix(".docx").write_bytes(whole[:-1] + b"\x01" if touch == "docx" else whole)
    told = asked(ledger, "audit", "document", str(copy), status=3)
    parts = {"words": ["blocks"], "number": ["model"], "position": ["kind"], "head": ["provenance"], "docx": []}
    assert told["differs"] == parts[touch]
    assert told["faces"] == ({} if touch == "position" else {".docx": touch != "docx"})


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"kind": 3}', "[" * 100_000, '{"provenance": {"position": true}}']
)
def test_what_is_no_paper_is_refused_with_a_sentence(ledger: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "paper.json"
    path.write_text(content)
    assert asked(ledger, "audit", "document", str(path), status=2)["refused"]["code"] == "document.unknown"


def test_a_registration_form_is_not_compared_and_says_what_to_do(town: Town, ledger: Path) -> None:
    path = next((town.out / "documents").glob("register-*.json"))
    assert asked(ledger, "audit", "document", str(path), status=2)["refused"]["code"] == "document.personal"


def test_a_document_that_was_touched_up_does_not_hold(ledger: Path, briefing: Path, tmp_path: Path) -> None:
    document = json.loads(briefing.read_bytes())
    document["model"]["figures"]["referrals"] += 1
    touched = tmp_path / "touched.json"
    touched.write_text(json.dumps(document))
    assert not asked(ledger, "explain", str(touched), "referrals", status=3)["holds"]
    assert not asked(ledger, "explain", str(touched), status=3)["holds"]


def test_what_is_hidden_in_the_document_is_hidden_in_its_json_too(briefing: Path) -> None:
    document = json.loads(briefing.read_bytes())
    small = [
        name
        for name, value in document["model"]["figures"].items()
        if name.startswith("contacts.") and value in range(1, 5)
    ]
    assert small == []
    assert "<5" in document["model"]["figures"].values()


def test_documents_of_one_period_print_one_number_alike(town: Town, briefing: Path) -> None:
    """Whoever lays them side by side subtracts nothing: no figure is hidden in one and printed in the other."""
    report = json.loads(next((town.out / "documents").glob("report-*.json")).read_bytes())["model"]["figures"]
    told = json.loads(briefing.read_bytes())["model"]["figures"]
    both = [name for name in told if name.startswith("contacts") and name in report]
    assert len(both) > 40
    assert {name: str(told[name]) for name in both} == {name: str(report[name]) for name in both}


def test_the_difference_of_two_positions_says_what_changed_a_figure_and_why(ledger: Path) -> None:
    found = asked(ledger, "diff", "200", "300", "--period", "2026-01-12..2026-06-30")
    assert found["from"]["seq"] == 200 and found["to"]["seq"] == 300
    changed = {each["figure"]: each for each in found["figures"]}
    assert changed["contacts"]["is"] > changed["contacts"]["was"]
    for each in found["figures"]:
        moved = sum(item["is"] - item["was"] for item in each["because"])
        assert moved == each["is"] - each["was"]
    behind = [event for item in changed["contacts"]["because"] for event in item["events"]]
    assert behind and all(200 < event["seq"] <= 300 for event in behind)
    assert asked(ledger, "diff", "300", "300")["figures"] == []
    # Which of the two is named first does not matter, nor whether one of them is now.
    now = asked(ledger, "diff", "now", "300", "--period", "2026-01-12..2026-06-30")
    assert now["from"]["seq"] == 300 and now == asked(ledger, "diff", "300", "--period", "2026-01-12..2026-06-30")


def test_work_lists_and_queries_stand_as_they_stood(ledger: Path) -> None:
    whole = asked(ledger, "todo", "--role", "supervisor", "--as-of-seq", "300")
    assert whole["position"]["seq"] == 300
    day = asked(ledger, "query", "contact_register", "--as-of-time", "2026-03-31")
    assert 0 < len(day["rows"]) < 114
    recorded = day["columns"].index("recorded")
    assert max(row[recorded] for row in day["rows"]) < "2026-04-01"


def test_notices_of_the_past_are_drawn_and_nothing_is_checked(ledger: Path) -> None:
    then = asked(ledger, "notices", "--as-of", "2026-05-31", "--as-of-seq", "420", "--out", "then")["documents"]
    now = asked(ledger, "notices", "--as-of", "2026-06-30", "--out", "now")["documents"]
    assert then and now
    drawn = [json.loads((ledger.parent / path).read_bytes()) for path in then if path.endswith(".json")]
    assert {each["provenance"]["position"] for each in drawn} == {420}


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"no ledger\n",
        b'{"seq":2,"subject":"ledger.case.231000.X","hash":"","commit":{}}\n',
        b'{"seq":1,"subject":"ledger.case.231000.X","hash":"0000","commit":{}}\n',
    ],
)
def test_what_is_no_archive_is_refused_in_a_sentence(tmp_path: Path, spoiled: bytes) -> None:
    file = tmp_path / "ledger.ndjson"
    file.write_bytes(spoiled)
    assert asked(file, "query", "figures", status=2)["refused"]["code"] == "archive.unusable"


def test_a_commit_that_was_changed_or_left_out_is_met(ledger: Path) -> None:
    lines = ledger.read_bytes().splitlines(keepends=True)
    for broken in (
        [*lines[:50], *lines[51:]],
        [*lines[:50], lines[50].replace(b'"n":1', b'"n":2', 1), *lines[51:]],
    ):
        assert broken != lines
        ledger.write_bytes(b"".join(broken))
        assert asked(ledger, "query", "hotline_daily", status=2)["refused"]["code"] == "archive.unusable"


def test_nothing_is_written_into_an_archive(ledger: Path) -> None:
    refused = asked(ledger, "bulletin", "withdraw", "2026-1", "--reason", "replaced", status=3)
    assert refused["refused"]["code"] == "archive.read_only"
