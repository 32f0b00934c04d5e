"""No real person's number stands in this repository: telephones and identity cards in it are visibly invented."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Digests hold long runs of digits; nobody's telephone is written in 32 hexadecimal characters.
DIGEST = re.compile(r"[0-9a-fA-F]{32,}")
NUMBERS = {
    "mobile number": re.compile(r"(?<![\d.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),
    "landline number": re.compile(r"(?<![\d-])0[1-9]\d{1,2}-\d{7,8}(?!\d)"),
    "identity card": re.compile(
        r"(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
    ),
}


def found(text):
    text = DIGEST.sub("", text)
    return [kind for kind, number in NUMBERS.items() if number.search(text)]


def files():
    # Also what is not committed yet, so that the test speaks before the commit.
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_holds_a_number_that_could_be_someone_s():
    seen = files()
    assert Path(__file__).resolve() in seen
    # Names and kinds alone: a failure must not print the number again.
    held = {
        str(path.relative_to(ROOT)): kinds
        for path in seen
        if (kinds := found(path.read_bytes().decode("utf-8", errors="ignore")))
    }
    assert held == {}


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        (("电话139", "1234", "5678。"), "mobile number"),
        (("tel:+86 188", "-0000-", "0001"), "mobile number"),
        (("0453", "-", "6000000"), "landline number"),
        (("231003", "2012", "0229", "001X"), "identity card"),
    ],
)
def test_a_number_that_could_be_someone_s_is_seen(parts, kind):
    assert found("".join(parts)) == [kind]


@pytest.mark.parametrize(
    "text", ["000-0000-0001", "96308", "2026-01-12T09:30:00", "a" + "1380000" * 8, "0.13912345678"]
)
def test_an_invented_number_a_time_or_a_digest_is_not(text):
    assert found(text) == []
