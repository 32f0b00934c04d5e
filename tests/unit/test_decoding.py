"""What a sender may send: a command, or a typed refusal. reliability.md §4 A, B."""

import pytest

from services.bus.decoding import BYTES_MAX, decode
from services.decision import Refused
from services.intake.commands import RecordInstruction
from services.referral.commands import SignReferral
from services.refusals import SENTENCES, sentences

KEY = "A" * 26
GOOD = f'{{"command_id":"c1","referral":"{KEY}"}}'.encode()

BAD = {
    "empty": (b"", "command.bad_json"),
    "null": (b"null", "command.bad_shape"),
    "list": (b"[]", "command.bad_shape"),
    "string": (b'"x"', "command.bad_shape"),
    "trailing comma": (b'{"command_id":"c1",}', "command.bad_json"),
    "trailing garbage": (GOOD + b"x", "command.bad_json"),
    "two documents": (GOOD + GOOD, "command.bad_json"),
    "single quotes": (b"{'command_id':'c1'}", "command.bad_json"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "command.bad_json"),
    "utf-16": (GOOD.decode().encode("utf-16"), "command.bad_encoding"),
    "gbk": ('{"command_id":"案件"}'.encode("gbk"), "command.bad_encoding"),
    "raw bytes": (b"\xff\xfe\x00", "command.bad_encoding"),
    "duplicate key": (b'{"command_id":"c1","command_id":"c2"}', "command.duplicate_key"),
    "NaN": (b'{"command_id":NaN}', "command.not_a_number"),
    "Infinity": (b'{"command_id":-Infinity}', "command.not_a_number"),
    "unknown field": (GOOD[:-1] + b',"actor":"leader"}', "command.unknown_field"),
    "missing field": (b'{"command_id":"c1"}', "command.missing_field"),
    "wrong type": (b'{"command_id":1,"referral":"x"}', "command.bad_value"),
    "nesting 1,000": (b"[" * 1000 + b"]" * 1000, "command.too_deep"),
    "nesting 100,000": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "command.too_deep"),
    "10 MB": (b'{"command_id":"' + b"x" * 10_000_000 + b'"}', "command.too_large"),
    "lone surrogate": (b'{"command_id":"\\ud800","referral":"x"}', "command.bad_json"),
    "NUL in a text": (b'{"command_id":"c1","referral":"a\\u0000"}', "command.bad_value"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_typed_refusal(name: str) -> None:
    raw, code = BAD[name]
    outcome = decode(raw, SignReferral)
    assert isinstance(outcome, Refused)
    assert outcome.code == code or (name == "lone surrogate" and outcome.code == "command.bad_value")


@pytest.mark.parametrize("key", ["*", ">", "a.b", f"{KEY[:-1]}.", f"{KEY}\\n", "", "中" * 26, f"{KEY}A", "../etc"])
def test_an_id_that_could_steer_a_subject_never_gets_in(key: str) -> None:
    outcome = decode(f'{{"command_id":"c1","referral":"{key}"}}'.encode(), SignReferral)
    assert outcome == Refused("command.bad_value", "referral")


@pytest.mark.parametrize("command_id", ["", "*", "a b", "a\\n", "x" * 65])
def test_a_command_id_is_one_plain_token(command_id: str) -> None:
    outcome = decode(f'{{"command_id":"{command_id}","referral":"{KEY}"}}'.encode(), SignReferral)
    assert outcome == Refused("command.bad_value", "command_id")


@pytest.mark.parametrize("text", ["\u202e倒写", "零\u200b宽", "\u0007", "a\u0300\u0301\u0302\u0303\u0304"])
def test_invisible_and_control_characters_are_refused_in_texts(text: str) -> None:
    command = f'{{"command_id":"c","case":"{KEY}","instruction_no":"1","post":"书记","instruction":"{text}"}}'
    outcome = decode(command.encode().replace(b"\x07", b"\\u0007"), RecordInstruction)
    assert outcome == Refused("command.bad_text", "instruction")


@pytest.mark.parametrize("text", ["<w:p>{{7*7}}", "=cmd()", "'); DROP TABLE x;--", "𠀀生僻字", "👨‍👩‍👧"])
def test_strange_but_printable_texts_are_kept_as_they_are(text: str) -> None:
    command = f'{{"command_id":"c","case":"{KEY}","instruction_no":"1","post":"书记","instruction":"{text}"}}'
    outcome = decode(command.encode(), RecordInstruction)
    assert isinstance(outcome, RecordInstruction) and outcome.instruction == text


def test_the_limit_itself_is_accepted_and_one_byte_more_is_not() -> None:
    padding = b" " * (BYTES_MAX - len(GOOD))
    assert isinstance(decode(GOOD + padding, SignReferral), SignReferral)
    assert decode(GOOD + padding + b" ", SignReferral) == Refused(
        "command.too_large", details={"limit": str(BYTES_MAX)}
    )


@pytest.mark.parametrize("code", SENTENCES)
def test_every_refusal_has_a_chinese_and_an_english_sentence_without_gaps(code: str) -> None:
    zh, en = sentences(
        Refused(
            code, "field", {"limit": "1", "verb": "V", "role": "r", "list": "l", "status": "s", "who": "w", "what": "x"}
        )
    )
    assert zh and en and "{" not in zh + en
    assert any("\u4e00" <= character <= "\u9fff" for character in zh)
