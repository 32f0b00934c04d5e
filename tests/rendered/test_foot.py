"""版记 as LibreOffice draws it: at the foot of the last page, in one piece, never over the text (GB/T 9704-2012 §7.4)."""

import io
import re
import zipfile
from typing import Any

import pytest

from services.projections.documents.blocks import Document, Paragraph
from services.projections.documents.render_docx import docx
from services.projections.documents.render_pdf import NAMES, pdfs
from tests.rendered.conftest import WITHIN_SECONDS, needed
from tests.rendered.looking import MM, Drawn, looked_at
from tests.support.documents import LAYOUTS, plain, sample

pytestmark = pytest.mark.timeout(4 * WITHIN_SECONDS)
RULED = [layout for layout in LAYOUTS if layout != "form"]
# The lower edge of the type area, and what a dot of the picture may differ from it.
EDGE, DOT = 262, 0.7
LINE = 225 / 22
TOLD = "文文文"
# From a page that holds next to nothing to a second page that holds a few lines.
LENGTHS = range(1, 20)
FEET: dict[str, tuple[str, ...]] = {
    "none": (),
    "short": ("抄送：市教育局。",),
    "one line full": ("抄送：" + "市" * 24 + "。",),
    "several": (
        "报：" + "市人大常委会，" * 12,
        "送：" + "市委办公室、" * 15,
        "发：" + "各县（市、区）联席会议办公室，" * 9,
    ),
    "mixed": ("抄送：" + "12355台、A1组、" * 14,),
    "latin": ("Copies: " + "Civil Affairs Bureau of the city, Department of Education; " * 6,),
    "long words": ("Copies: " + "x" * 200 + " " + "W" * 90,),
    "line feeds": ("抄送：市教育局，\n市公安局，\n市民政局。",),
}


def of_lines(layout: Any, count: int, **more: Any) -> Document:
    lines = tuple(Paragraph("文" * 20) for _ in range(count))
    return sample(layout, **({"blocks": lines, "secrecy": "", "urgency": "", "attachments": (), "closing": ()} | more))


@pytest.fixture(scope="module")
def feet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Drawn]:
    """Documents whose last pages are of every fullness, and feet of every height."""
    needed(NAMES)
    needed(("pdftotext",))
    needed(("pdftoppm",))
    made = {f"{layout}-{count}": of_lines(layout, count) for layout in RULED for count in LENGTHS}
    made |= {name: of_lines("minutes", 3, foot=foot) for name, foot in FEET.items()}
    made["annexed"] = of_lines("letter", 2, annexes=(Paragraph("附件文文文"),))
    folder = tmp_path_factory.mktemp("feet")
    drawn = pdfs([docx(each) for each in made.values()], 2 * WITHIN_SECONDS)
    return {
        name: looked_at(document, content, folder / f"{name}.pdf")
        for (name, document), content in zip(made.items(), drawn, strict=True)
    }


def text_ends(drawn: Drawn, page: int) -> float:
    return max((word.bottom for word in drawn.words[page] if TOLD in word.text), default=0.0)


def foot_begins(drawn: Drawn) -> float:
    """Where the first line beside the square code begins: four points below the upper edge of the block."""
    return next(word.top for word in drawn.words[-1] if word.text.startswith(("模拟时钟", "Ledger"))) - 4 / MM


def room_kept(document: Document) -> float:
    """How high the blank line is that keeps the place of the foot, without the half line above the foot; in mm."""
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        written = archive.read("word/document.xml").decode()
    place = written[: written.index("<mc:AlternateContent")].rsplit("<w:p>", 1)[1]
    found = re.search(r'w:line="(\d+)" w:lineRule="exact"', place)
    assert found
    return int(found[1]) / 20 / MM - LINE / 2


def at_the_foot(drawn: Drawn) -> bool:
    """Whether the last rule of the last page is the lower edge of the type area."""
    rules = drawn.pictures[-1].rules()
    return bool(rules) and abs(rules[-1] - EDGE) <= DOT


def test_the_last_rule_is_the_lower_edge_of_the_type_area_on_the_last_page(feet: dict[str, Drawn]) -> None:
    assert [name for name, drawn in feet.items() if not at_the_foot(drawn)] == []


def test_so_it_is_in_every_document_that_has_closing_rules(office: dict[str, Drawn]) -> None:
    ruled = {name: drawn for name, drawn in office.items() if drawn.document.foot or any(drawn.document.printed)}
    assert len(ruled) > len(RULED)
    assert [name for name, drawn in ruled.items() if not at_the_foot(drawn)] == []


def test_the_foot_is_never_parted(feet: dict[str, Drawn]) -> None:
    for name, drawn in feet.items():
        rows = len(drawn.document.foot) + 1
        assert [len(picture.rules()) for picture in drawn.pictures] == [0] * (len(drawn.pages) - 1) + [rows + 1], name
        said = [drawn.document.provenance.head_hash in plain(page) for page in drawn.pages]
        assert said == [False] * (len(drawn.pages) - 1) + [True], name


@pytest.mark.parametrize("layout", RULED)
def test_it_stands_below_the_text_or_on_the_next_page(feet: dict[str, Drawn], layout: str) -> None:
    pages = [len(feet[f"{layout}-{count}"].pages) for count in LENGTHS]
    assert pages == sorted(pages) and set(pages) == {1, 2}
    for count in LENGTHS:
        drawn = feet[f"{layout}-{count}"]
        assert text_ends(drawn, -1) <= foot_begins(drawn), count
    # The last one to stand on one page leaves less than a line; one line more, and the foot alone is on the second.
    last = pages.count(1)
    full, over = feet[f"{layout}-{last}"], feet[f"{layout}-{last + 1}"]
    assert foot_begins(full) - text_ends(full, -1) < 2.2 * LINE
    assert text_ends(over, -1) == 0.0
    # And where the text itself goes on, the page before is full.
    after = feet[f"{layout}-{LENGTHS[-1]}"]
    assert text_ends(after, -1) > 0 and EDGE - text_ends(after, 0) < LINE


@pytest.mark.parametrize("name", FEET)
def test_the_room_kept_for_it_is_no_less_than_it_takes(feet: dict[str, Drawn], name: str) -> None:
    kept, taken = room_kept(feet[name].document), EDGE - foot_begins(feet[name])
    assert taken <= kept
    # Nor a page more than it needs: what is left is less than two lines.
    assert kept - taken < 2 * LINE


def test_annexes_come_before_it(feet: dict[str, Drawn]) -> None:
    drawn = feet["annexed"]
    assert 0 < text_ends(drawn, -1) < foot_begins(drawn) and len(drawn.pages) == 2


def test_a_foot_higher_than_a_page_stands_behind_the_text(tmp_path_factory: pytest.TempPathFactory) -> None:
    needed(NAMES)
    needed(("pdftotext",))
    document = of_lines("minutes", 3, foot=tuple(f"抄送：第{number:02}个单位" for number in range(40)))
    drawn = looked_at(document, pdfs([docx(document)], WITHIN_SECONDS)[0], tmp_path_factory.mktemp("high") / "high.pdf")
    found = plain(drawn.text)
    assert [text for text in document.foot if found.count(plain(text)) != 1] == []
    assert len(drawn.pages) > 1
