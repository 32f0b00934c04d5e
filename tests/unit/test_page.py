"""The page: one file that asks nothing of anybody, every text escaped, every part of the document in it."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from services.projections.documents.blocks import Document, Table
from services.projections.documents.render_html import html
from tests.support.documents import LAYOUTS, ORIGIN, hostile, plain, sample, texts

VOID = {"meta", "br", "hr", "col", "img", "input", "link"}


class Tree(HTMLParser):
    """Whether every element is closed where it should be, which elements there are, and what a reader reads."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_part_of_a_document_is_on_its_page(layout: Any, lang: str) -> None:
    document = sample(layout, lang)
    page = Tree(html(document))
    assert page.open == []
    assert [text for text in texts(document) if plain(text) not in plain(page.text)] == []


@pytest.mark.parametrize("document", [sample("letter"), hostile()], ids=["letter", "hostile"])
def test_a_page_loads_nothing_and_runs_nothing(document: Document) -> None:
    page = html(document)
    assert not {"script", "link", "img", "iframe", "object"} & Tree(page).tags
    assert not re.search(r"(src|href)\s*=|url\(|@import|\son\w+=", re.sub(r">[^<]*<", "><", page))


def test_nothing_hostile_becomes_markup_and_nothing_is_lost() -> None:
    document = hostile()
    page = Tree(html(document))
    assert page.open == []
    assert [text for text in texts(document) if plain(text) not in plain(page.text)] == []
    assert page.text.count("{{7*7}}") >= 4


def test_control_characters_and_half_characters_are_seen() -> None:
    page = unescape(html(sample("official", addressee="a\x00b半\ud800截")))
    assert "a\ufffdb半\ufffd截" in page
    page.encode()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_prints_on_the_sheet_of_the_office_file(layout: Any) -> None:
    page = html(sample(layout))
    assert "size: A4; margin: 37mm 26mm 35mm 28mm" in page and "counter(page)" in page
    assert ("@page :first" in page) == (layout == "letter")


def test_the_square_code_and_the_origin_stand_once() -> None:
    page = html(sample("official"))
    assert page.count('class="code"') == 1
    assert Tree(page).text.count(f"末条哈希{ORIGIN.head_hash}") == 1


def test_a_column_of_figures_is_centred_and_one_of_words_is_not() -> None:
    rows = (("市教育局", "12", "本季度仍在办理"), ("市民政局", "<5", "—"))
    page = html(sample("form", blocks=(Table(("单位", "件数", "说明"), rows),)))
    assert '<td class="figure">12</td>' in page and '<td class="figure">&lt;5</td>' in page
    assert "<td>市教育局</td>" in page and "<td>本季度仍在办理</td>" in page
