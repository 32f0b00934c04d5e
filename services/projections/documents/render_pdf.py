"""The office file as PDF, drawn by LibreOffice where it is installed: the one face whose bytes depend on the machine."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

NAMES = ("soffice", "libreoffice")
# Starting takes a few seconds; a page takes less than a tenth of one.
TIMEOUT_S = 90.0


class OfficeMissing(Exception):
    """No LibreOffice is installed here."""


class OfficeFailed(Exception):
    """LibreOffice took too long, or made no PDF."""


def find_office() -> str:
    """Where LibreOffice is. Raises OfficeMissing."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise OfficeMissing


def pdf(content: bytes, timeout_s: float = TIMEOUT_S) -> bytes:
    """A .docx as the bytes of a PDF. Raises OfficeMissing, OfficeFailed."""
    return pdfs([content], timeout_s)[0]


def pdfs(contents: Sequence[bytes], timeout_s: float = TIMEOUT_S) -> list[bytes]:
    """Several .docx as PDFs in one run, in their order. Raises OfficeMissing, OfficeFailed."""
    program = find_office()
    if not contents:
        return []
    with tempfile.TemporaryDirectory(prefix="lianxi-pdf-", ignore_cleanup_errors=True) as folder:
        at = Path(folder)
        sources = [at / f"{number}.docx" for number in range(len(contents))]
        for source, content in zip(sources, contents, strict=True):
            source.write_bytes(content)
        # A profile of its own: an office that somebody has open neither answers for us nor is disturbed.
        profile = f"-env:UserInstallation={(at / 'profile').as_uri()}"
        words = [program, profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder]
        _bounded([*words, *map(str, sources)], timeout_s)
        made = [source.with_suffix(".pdf") for source in sources]
        if not all(path.exists() for path in made):
            raise OfficeFailed("no PDF was made")
        return [path.read_bytes() for path in made]


def _bounded(words: Sequence[str], timeout_s: float) -> None:
    """Run to the end, or end it with all that it started. Raises OfficeFailed."""
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            process.wait(timeout_s)
        except BaseException as cut_short:
            # The program is a script that starts the office: the session that we made holds both, and nothing else.
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(cut_short, subprocess.TimeoutExpired):
                raise OfficeFailed(f"no answer in {timeout_s:g} s") from None
            raise
    if process.returncode != 0:
        raise OfficeFailed(f"it left with {process.returncode}")
