"""The page as a browser prints it: the same sheet as the office file, with everything that the document says."""

import pytest

from tests.rendered.conftest import IN_BROWSER, WITHIN_SECONDS
from tests.rendered.looking import Drawn
from tests.support.documents import plain, texts

pytestmark = pytest.mark.timeout(4 * WITHIN_SECONDS)


@pytest.mark.parametrize("name", IN_BROWSER)
def test_nothing_that_a_document_says_is_lost(browser: dict[str, Drawn], name: str) -> None:
    found = plain(browser[name].text)
    said = [text for text in texts(browser[name].document) if len(text) < 10_000]
    assert [text for text in said if plain(text) not in found] == []


def test_long_narratives_are_printed_to_their_end(browser: dict[str, Drawn]) -> None:
    found = plain(browser["hostile"].text)
    assert found.count("叙述") >= 4_990 and found.count("经过") >= 4_990


@pytest.mark.parametrize("name", IN_BROWSER)
def test_no_text_stands_outside_the_type_area(browser: dict[str, Drawn], name: str) -> None:
    words = [word for page in browser[name].words for word in page]
    assert [word for word in words if word.left < 27.5 or word.right > 185 or word.top < 20 or word.bottom > 282] == []


@pytest.mark.parametrize("name", IN_BROWSER)
def test_where_it_comes_from_stands_once_and_on_the_last_page(browser: dict[str, Drawn], name: str) -> None:
    head = browser[name].document.provenance.head_hash
    assert [head in plain(page) for page in browser[name].pages] == [False] * (len(browser[name].pages) - 1) + [True]


@pytest.mark.parametrize("name", [each for each in IN_BROWSER if each != "hostile"])
def test_page_numbers_stand_right_on_odd_pages_and_left_on_even_ones(browser: dict[str, Drawn], name: str) -> None:
    for number, page in enumerate(browser[name].words, start=1):
        below = [word for word in page if word.top > 264]
        if name.startswith("letter") and number == 1:
            assert below == []
            continue
        assert "".join(word.text for word in below) == f"—{number}—"
        assert (below[0].left > 150) == (number % 2 == 1)


@pytest.mark.parametrize("name", [each for each in IN_BROWSER if each != "hostile"])
def test_it_prints_on_as_many_pages_as_the_office_file(
    browser: dict[str, Drawn], office: dict[str, Drawn], name: str
) -> None:
    assert abs(len(browser[name].pages) - len(office[name].pages)) <= 1
