"""The office file as LibreOffice draws it: the standard's page, everything that the document says, nothing outside the page."""

import re
from collections.abc import Iterator

import pytest

from services.projections.documents.blocks import Document, Paragraph
from services.projections.documents.render_docx import docx
from services.projections.documents.render_pdf import NAMES, pdf
from tests.rendered.conftest import WITHIN_SECONDS, needed
from tests.rendered.looking import Drawn, looked_at
from tests.support.documents import LAYOUTS, hostile, plain, sample, texts

pytestmark = pytest.mark.timeout(4 * WITHIN_SECONDS)
# Between Chinese characters only full-width punctuation stands.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:!?][\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|\bNone\b|\bnan\b|\bundefined\b|Error:")
PAGES = {
    "periodical-zh": 3, "periodical-en": 3, "official-zh": 4, "official-en": 4, "letter-zh": 4, "letter-en": 4,
    "minutes-zh": 4, "minutes-en": 3, "form-zh": 3, "form-en": 3,
}  # fmt: skip
SAMPLES = list(PAGES)


def each(drawn: dict[str, Drawn]) -> Iterator[tuple[str, Drawn]]:
    return ((name, pages) for name, pages in drawn.items() if name != "hostile")


def lost(drawn: Drawn) -> list[str]:
    found = plain(drawn.text)
    return [text for text in texts(drawn.document) if plain(text) not in found]


def test_nothing_that_a_document_says_is_lost(office: dict[str, Drawn]) -> None:
    assert {name: lost(drawn) for name, drawn in each(office) if lost(drawn)} == {}


def test_no_text_stands_outside_the_type_area(office: dict[str, Drawn]) -> None:
    outside = {
        name: word
        for name, drawn in office.items()
        for page in drawn.words
        for word in page
        # A letter's mark is centred over its longer rule.
        if word.left < 27 or word.right > 186 or word.top < 28 or word.bottom > 282
    }
    assert outside == {}


def test_the_margins_are_blank(office: dict[str, Drawn]) -> None:
    for name, drawn in office.items():
        for picture in drawn.pictures:
            assert picture.dots_of(0, 0, 19, 297, "ink") == 0, name
            assert picture.dots_of(191, 0, 210, 297, "ink") == 0, name
            assert picture.dots_of(0, 0, 210, 27, "ink") == 0, name


def test_no_page_is_left_blank(office: dict[str, Drawn]) -> None:
    blank = {
        name: place
        for name, drawn in office.items()
        for place, words in enumerate(drawn.words, start=1)
        # Its number and the lines beside it.
        if len(words) <= len(["—", "1", "—"])
    }
    assert blank == {}


def test_no_placeholder_is_left(office: dict[str, Drawn]) -> None:
    assert {
        name: PLACEHOLDER.findall(drawn.text) for name, drawn in each(office) if PLACEHOLDER.search(drawn.text)
    } == {}


def test_chinese_sentences_have_chinese_punctuation(office: dict[str, Drawn]) -> None:
    found = {name: HALF_WIDTH.findall(drawn.text) for name, drawn in each(office)}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_has_as_many_pages_as_its_parts_need(office: dict[str, Drawn], name: str) -> None:
    assert len(office[name].pages) == PAGES[name]


def test_where_it_comes_from_stands_once_and_on_the_last_page(office: dict[str, Drawn]) -> None:
    for name, drawn in office.items():
        head = drawn.document.provenance.head_hash
        assert [head in plain(page) for page in drawn.pages] == [False] * (len(drawn.pages) - 1) + [True], name


@pytest.mark.parametrize("name", SAMPLES)
def test_page_numbers_stand_right_on_odd_pages_and_left_on_even_ones(office: dict[str, Drawn], name: str) -> None:
    for number, page in enumerate(office[name].words, start=1):
        below = [word for word in page if word.top > 262]
        if name.startswith("letter") and number == 1:
            assert below == []
            continue
        assert "".join(word.text for word in below) == f"—{number}—"
        assert (below[0].left > 150) == (number % 2 == 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_a_form_has_no_red_head(office: dict[str, Drawn], layout: str) -> None:
    first = office[f"{layout}-zh"].pictures[0]
    assert (first.dots_of(20, 25, 190, 130, "red") > 100) == (layout != "form")


def test_charts_are_drawn_as_vectors_of_every_kind(office: dict[str, Drawn]) -> None:
    for layout in LAYOUTS:
        blue = [picture.dots_of(28, 37, 184, 262, "blue") for picture in office[f"{layout}-zh"].pictures]
        assert sum(blue) > 2000, layout


def test_the_mark_begins_where_the_standard_says(office: dict[str, Drawn]) -> None:
    """35 mm below the type area in an official document, 30 mm below the edge of the page in a letter, to a line's half."""
    for layout, below in (("official", 72), ("minutes", 72), ("letter", 30)):
        mark = next(
            word for word in office[f"{layout}-zh"].words[0] if "青" in word.text and word.bottom - word.top > 8
        )
        assert below - 3 <= mark.top <= below + 6, layout


def test_hostile_texts_are_printed_as_they_are(office: dict[str, Drawn]) -> None:
    drawn = office["hostile"]
    found = plain(drawn.text)
    long = {text for text in texts(hostile()) if len(text) >= 10_000}
    assert [text for text in texts(hostile()) if plain(text) not in found and text not in long] == []
    assert found.count("叙述") >= 4_990 and found.count("经过") >= 4_990
    # What nobody could have seen is there to be seen.
    assert drawn.text.count("\ufffd") >= 20


def test_22_lines_of_28_characters_stand_on_a_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    needed(NAMES)
    characters = 22 * 28 * 3
    document: Document = sample(
        "periodical", blocks=(Paragraph("保护青少年合法权益" * (characters // 9), indent=False),)
    )
    drawn = looked_at(document, pdf(docx(document)), tmp_path_factory.mktemp("grid") / "grid.pdf")
    lines = [line for line in drawn.pages[1].split("\n") if "青少年" in line]
    assert [len(line) for line in lines] == [28] * 22
