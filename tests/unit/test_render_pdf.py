"""The PDF: by LibreOffice where it is, a typed error where it is not, an end to one that does not answer."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.console.main import cli
from services.projections.documents import OfficeFailed, OfficeMissing, write
from services.projections.documents import render_pdf as rendering
from tests.support.documents import sample
from tests.support.running import eventually


def office_that(does: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program of that name on the path, and nothing else that could be taken for an office."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("nothing_installed")
def test_without_libreoffice_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(OfficeMissing):
        write(sample("form"), tmp_path / "out", "paper", pdf=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(
    "words", [("briefing", "--period", "2026-01-12..2026-06-30"), ("notices",), ("register", "231000-2026-0021")]
)
@pytest.mark.parametrize(("lang", "says"), [("zh", "没有安装 LibreOffice"), ("en", "LibreOffice is not installed")])
def test_a_pdf_without_libreoffice_is_refused_before_anything_is_asked(
    words: tuple[str, ...], lang: str, says: str, tmp_path: Path
) -> None:
    said = CliRunner().invoke(cli, ["--data", str(tmp_path), "--lang", lang, *words, "--pdf"])
    assert said.exit_code == 2 and says in said.output


def test_an_office_that_does_not_answer_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office_that(f"sleep 60 & echo $! > {tmp_path}/child; wait", tmp_path, monkeypatch)
    with pytest.raises(OfficeFailed, match="no answer in 1 s"):
        rendering.pdf(b"", timeout_s=1)
    child = int((tmp_path / "child").read_text())
    eventually(lambda: not running(child))


def running(process: int) -> bool:
    """Gone, or dead and not yet collected by whoever inherits it, is not running."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("does", ["exit 1", "exit 0"], ids=["it fails", "it makes nothing"])
def test_an_office_that_makes_no_pdf_is_an_error(does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office_that(does, tmp_path, monkeypatch)
    with pytest.raises(OfficeFailed):
        rendering.pdf(b"")


def test_the_pdf_is_a_fourth_face_drawn_from_the_office_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = (
        'while [ $# -gt 0 ]; do [ "$1" = --outdir ] && out=$2; shift; last=${1:-$last}; done; cp "$last" "$out/0.pdf"'
    )
    office_that(copies, tmp_path, monkeypatch)
    paths = write(sample("form"), tmp_path / "out", "paper", pdf=True)
    assert [path.suffix for path in paths] == [".docx", ".html", ".json", ".pdf"]
    assert paths[3].read_bytes() == paths[0].read_bytes()


def test_each_run_has_a_profile_of_its_own_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    office_that(f'echo "$1" >> {tmp_path}/profiles; exit 1', tmp_path, monkeypatch)
    for _ in range(2):
        with pytest.raises(OfficeFailed):
            rendering.pdf(b"")
    profiles = (tmp_path / "profiles").read_text().split()
    assert len(set(profiles)) == 2 and all(str(temporary) in each for each in profiles)
    assert os.listdir(temporary) == []
