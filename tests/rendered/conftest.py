"""Documents as a reader gets them: drawn by LibreOffice and by a browser, once for all tests of this folder.

Where one of the programs is missing the tests are skipped; with LIANXI_RENDER=1 they fail instead.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from services.projections.documents.blocks import Document
from services.projections.documents.render_docx import docx
from services.projections.documents.render_html import html
from services.projections.documents.render_pdf import NAMES, pdfs
from tests.rendered.looking import Drawn, looked_at
from tests.support.documents import LAYOUTS, hostile, sample
from tests.support.running import PROGRAM, environment

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A machine's browser must neither ask nor send anything; as root it needs the sandbox off.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
)  # fmt: skip
WITHIN_SECONDS = 90
IN_BROWSER = ("periodical-zh", "official-zh", "letter-zh", "letter-en", "form-zh", "hostile")


def needed(names: Sequence[str]) -> str:
    """Where one of the programs is. Skips the test where none is, or fails it where the environment promised one."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and os.environ.get("LIANXI_RENDER") == "1":
        pytest.fail(f"LIANXI_RENDER=1, but there is no {' or '.join(names)}")
    if found is None:
        pytest.skip(f"no {' or '.join(names)} on this machine")
    return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Document, bytes]]:
    """What `lianxi demo` writes: each document and its office file."""
    needed(NAMES)
    out = tmp_path_factory.mktemp("rendered") / "demo"
    done = subprocess.run(
        [*PROGRAM, "demo", "--out", str(out)], capture_output=True, timeout=2 * WITHIN_SECONDS, check=False, env=environment()
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found = sorted(path for path in out.rglob("*.docx"))
    assert found
    return {
        path.stem: (msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Document), path.read_bytes())
        for path in found
    }


@pytest.fixture(scope="session")
def samples() -> dict[str, Document]:
    made = {f"{layout}-{lang}": sample(layout, lang) for layout in LAYOUTS for lang in ("zh", "en")}
    return made | {"hostile": hostile()}


@pytest.fixture(scope="session")
def office(
    samples: dict[str, Document], demo: dict[str, tuple[Document, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Drawn]:
    """Every document as LibreOffice draws it, all in one run."""
    needed(("pdftotext",))
    needed(("pdftoppm",))
    made = {name: (document, docx(document)) for name, document in samples.items()} | demo
    drawn = pdfs([content for _, content in made.values()], WITHIN_SECONDS)
    folder = tmp_path_factory.mktemp("office")
    return {
        name: looked_at(document, content, folder / f"{name}.pdf")
        for (name, (document, _)), content in zip(made.items(), drawn, strict=True)
    }


@pytest.fixture(scope="session")
def browser(samples: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Drawn]:
    """Some documents as a browser prints them."""
    program, folder = needed(BROWSERS), tmp_path_factory.mktemp("browser")
    needed(("pdftotext",))
    needed(("pdftoppm",))
    found: dict[str, Drawn] = {}
    for name in IN_BROWSER:
        page, printed = folder / f"{name}.html", folder / f"{name}.pdf"
        page.write_text(html(samples[name]), "utf-8")
        _printed(program, folder / "profile", page, printed)
        found[name] = looked_at(samples[name], printed.read_bytes(), printed)
    return found


def _printed(program: str, profile: Path, page: Path, printed: Path) -> None:
    words = [program, *QUIET, f"--user-data-dir={profile}", f"--print-to-pdf={printed}", page.as_uri()]
    done = subprocess.run(words, capture_output=True, timeout=WITHIN_SECONDS, check=False)
    assert printed.exists(), done.stderr.decode()[-2000:]
