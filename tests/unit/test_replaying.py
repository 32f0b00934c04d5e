"""What `audit replay` says of a commit, in each language: the same facts, and in English nothing in Chinese but numbers."""

import re
from random import Random

from events.commit import Sealed, decode
from services.console.auditing import _sentence
from services.ledger import Stored
from tests.support.papers import CHINESE
from tests.support.town import Town

NUMBER = re.compile(r"青.〔\d{4}〕\d+号")


def test_a_commit_is_told_in_the_language_of_its_reader() -> None:
    held = Town(Random(7)).grow(400)
    stored = [Stored(each.seq, each.subject, each.raw, each.hash, decode(each.raw)) for each in held]
    assert len({type(fact) for each in stored for fact in each.commit.facts}) > 20
    english = [_sentence(each, "en") for each in stored]
    assert [line for line in english if CHINESE.search(NUMBER.sub("", line))] == []
    assert any(re.search(r"  Contact registered \[[A-Z][a-z].*\]", line) for line in english), english[:9]
    assert all("（" in _sentence(each, "zh") for each in stored)


def test_what_is_sealed_is_counted_in_both_languages() -> None:
    (each, *_) = Town(Random(7)).grow(1)
    commit = decode(each.raw)
    commit = type(commit)(
        **{name: getattr(commit, name) for name in commit.__struct_fields__ if name != "sealed"},
        sealed=Sealed(suite="A1", key="K" * 26, fields={"caller_name": "", "caller_phone": ""}),
    )
    told = {lang: _sentence(Stored(1, each.subject, each.raw, each.hash, commit), lang) for lang in ("zh", "en")}
    assert "（密封 2 项）\n" in told["zh"] and " (2 sealed)\n" in told["en"]
